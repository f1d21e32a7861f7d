"""`python -m local.up`: the local stack, left running; again, deployed anew."""

import sys

from local import record
from local.deployment import Stack, deploy
from local.emulator import Emulator
from local.errors import LocalError


def main() -> int:
    """Start the emulator where none runs, deploy, and say how to use it."""
    running = record.read()
    try:
        emulator = running.emulator if running else _start()
        print("Deploying the template …", file=sys.stderr)
        try:
            stack = deploy(emulator)
        except BaseException:
            if running is None:
                emulator.stop()
            raise
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    record.write(stack)
    print(_instructions(stack))
    return 0


def _start() -> Emulator:
    print("Starting the AWS emulator …", file=sys.stderr)
    return Emulator.start("up")


def _instructions(stack: Stack) -> str:
    variables = {
        name: value
        for name, value in stack.emulator.environment.items()
        if name.startswith("AWS_")
    } | {
        "APIKEYS_FUNCTION": stack.admin_function,
        "EXAMPLE_URL": stack.example_url,
    }
    lines = [f"export {name}={value}" for name, value in sorted(variables.items())]
    return "\n".join(
        [
            "# The stack runs; `make down` stops it. In a shell of its own:",
            "unset AWS_PROFILE AWS_SESSION_TOKEN",
            *lines,
            "# then, with the CLI in .cache/venvs/dev/bin:",
            "#   apikeys roles put examples/roles/example-api.toml",
            "#   KEY=$(apikeys issue --client me --role ADMINISTRATOR)",
            '#   curl -i -H "X-API-Key: $KEY" $EXAMPLE_URL/whoami',
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
