"""The command line, as a person without a terminal has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from apikeys_cli.errors import UnreachableError
from apikeys_cli.main import main

if TYPE_CHECKING:
    from click.testing import Result

    from tests.in_process import InProcess


class LostError(UnreachableError):
    """The function did its work, and its answer never came."""

    def __init__(self, message: str) -> None:
        super().__init__(message, may_have_acted=True)


class Cli:
    """The command line, as a person without a terminal has it."""

    def __init__(self, function: InProcess) -> None:
        self.function = function
        self._runner = CliRunner()

    def __call__(self, *arguments: str, **options: Any) -> Result:
        """Run a command, as a new process would."""
        given = {"obj": self.function.invocation(), "prog_name": "apikeys"}
        return self._runner.invoke(main, arguments, **given, **options)

    def json(self, *arguments: str, **options: Any) -> dict[str, Any]:
        """Run a command that does what it should, and return its JSON."""
        done = self(*arguments, "--output", "json", **options)
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def issue(self, *arguments: str) -> dict[str, Any]:
        """Issue a key to somebody."""
        return self.json("issue", "--client", "Acme", *arguments)
