"""What can go wrong with the local stack.

LocalError            never raised itself
├── StartError        the emulator doesn't start
├── ExposedError      the emulator can be reached from other machines
├── NotBuiltError     there is no built template
├── ParameterError    a parameter was given that the template lacks
├── DeploymentError   the SAM CLI failed
├── EngineError       no container engine, or it can't be used
└── ContainerError    `sam local` failed
"""

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from local import checkout

_TAIL_LINES: Final = 40


class LocalError(Exception):
    """The local stack is not available; the text is for the person who asked."""


class StartError(LocalError):
    """The emulator ended immediately, or doesn't answer."""

    def __init__(self, log: Path) -> None:
        tail = _tail(log.read_text(errors="replace"))
        super().__init__(f"The emulator did not start. {log} ends:\n{tail}")


class ExposedError(LocalError):
    """The emulator can be reached from other machines."""

    def __init__(self, addresses: Iterable[str]) -> None:
        super().__init__(f"MiniStack listens on {', '.join(sorted(addresses))}.")


class NotBuiltError(LocalError):
    """There is no built template."""

    def __init__(self) -> None:
        command = f"make build ARCH={checkout.ARCHITECTURE}"
        super().__init__(f"{checkout.BUILT_TEMPLATE} is missing; run `{command}`.")


class ParameterError(LocalError):
    """The given parameters can't be read, or the template doesn't have them."""

    def __init__(self, complaint: str, names: Iterable[str]) -> None:
        known = textwrap.fill(
            ", ".join(names), 78, initial_indent="  ", subsequent_indent="  "
        )
        super().__init__(
            f"PARAMS: {complaint}\n"
            "usage: make up PARAMS=\"Name=value Name='a value'\"\n"
            f"The template's parameters:\n{known}"
        )


class DeploymentError(LocalError):
    """The SAM CLI failed."""

    def __init__(self, stack_name: str, output: str, emulator_log: Path) -> None:
        super().__init__(
            f"sam deploy of {stack_name} failed. Its output ends:\n{_tail(output)}\n"
            f"The emulator's log is {emulator_log}."
        )


class EngineError(LocalError):
    """There is no container engine, or it can't be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"`sam local` needs a container engine: {reason}.")


class ContainerError(LocalError):
    """`sam local` failed."""

    def __init__(self, verb: str, output: str) -> None:
        super().__init__(f"sam local {verb} failed. Its output ends:\n{_tail(output)}")


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-_TAIL_LINES:])
