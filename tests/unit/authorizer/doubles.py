"""The authorizer's function, whose start, answers and log a test can look at."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.fakes import FakeLambdaContext

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO


class Handler:
    """A function that starts with its first event: what it answers, raises and logs."""

    def __init__(self, start: Callable[[], Any], stdout: TextIO) -> None:
        self._start = start
        self._stdout = stdout

    @cached_property
    def module(self) -> Any:
        """Return the started module."""
        return self._start()

    def __call__(self, event: object) -> Any:
        """Return the answer to one event."""
        return self.module.lambda_handler(event, FakeLambdaContext())

    def lines(self) -> list[dict[str, Any]]:
        """Return all that was logged."""
        self._stdout.seek(0)
        return [json.loads(line) for line in self._stdout]
