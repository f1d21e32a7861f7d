"""`python -m local.down`: stop the stack that `local.up` left running."""

import sys

from local import record


def main() -> int:
    """Stop the emulator and everything in it."""
    stack = record.read()
    if stack is None:
        print("The local stack isn't running.", file=sys.stderr)
    else:
        stack.emulator.stop()
        print("The local stack is stopped.", file=sys.stderr)
    record.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
