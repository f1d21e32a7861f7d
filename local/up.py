"""`make up`: starts the local stack, or deploys it again, and leaves it running.

Standard output is for a shell, ``eval "$(make up)"``; the rest is on standard error.
"""

import shlex
import sys
from typing import Final

from local import parameters, record
from local.deployment import Stack, deploy, parameter_names
from local.emulator import Emulator
from local.errors import LocalError, ParameterError

_INSTRUCTIONS: Final = """\
The local stack runs; `make down` stops it. Its variables are on standard output:
  eval "$(make up)"
  source .cache/venvs/dev/bin/activate
  apikeys roles put examples/roles/example-api.toml
  KEY=$(apikeys issue --client me --role ADMINISTRATOR)
  curl -i -H "X-API-Key: $KEY" $EXAMPLE_URL/whoami"""


def main(given: str) -> int:
    """Start the emulator if none runs, deploy, and say how to use it.

    Args:
        given: the template's parameters, in place of the local stack's own.
    """
    running = record.read()
    try:
        chosen = parameters.read(given, parameter_names())
        emulator = running.emulator if running else _start()
        print("Deploying the template …", file=sys.stderr)
        try:
            stack = deploy(emulator, parameters=chosen)
        except BaseException:
            if running is None:
                emulator.stop()
            raise
    except ParameterError as error:
        print(error, file=sys.stderr)
        return 2
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    record.write(stack)
    print(assignments(stack))
    print(_INSTRUCTIONS, file=sys.stderr)
    return 0


def _start() -> Emulator:
    print("Starting the AWS emulator …", file=sys.stderr)
    return Emulator.start("up")


def assignments(stack: Stack) -> str:
    """Return the shell commands that make the local stack a shell's AWS."""
    variables = {
        name: value
        for name, value in stack.emulator.environment.items()
        if name.startswith("AWS_")
    } | {
        "APIKEYS_FUNCTION": stack.admin_function,
        "EXAMPLE_URL": stack.example_url,
    }
    lines = [
        f"export {name}={shlex.quote(value)}"
        for name, value in sorted(variables.items())
    ]
    # Both would take precedence over the variables above, or be sent with them.
    return "\n".join(["unset AWS_PROFILE AWS_SESSION_TOKEN", *lines])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
