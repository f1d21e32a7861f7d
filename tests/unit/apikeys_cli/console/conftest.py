"""A console on an admin function in this process, and a browser that entered it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apikeys_cli.console.context import Console
from apikeys_cli.console.session import Session
from tests.unit.apikeys_cli.console.browser import Browser

if TYPE_CHECKING:
    from tests.in_process import InProcess


class Clocks:
    """The monotonic and the wall clock, each set by a test."""

    def __init__(self) -> None:
        self.monotonic = self.wall = 1_800_000_000.0

    def __call__(self) -> tuple[float, float]:
        """Return both."""
        return self.monotonic, self.wall


@pytest.fixture
def clocks() -> Clocks:
    """Return the session's clocks."""
    return Clocks()


@pytest.fixture
def console(function: InProcess, clocks: Clocks) -> Console:
    """Return a console on the function."""
    return Console(function.invocation(), Session(clocks))


@pytest.fixture
def stranger(console: Console) -> Browser:
    """Return a browser that has not entered."""
    return Browser(console)


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    """Return a browser that has entered."""
    assert stranger.enter().status_code == 303
    return stranger
