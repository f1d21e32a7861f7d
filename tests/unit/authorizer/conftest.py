"""The authorizer's handler, loaded as Lambda does."""

from __future__ import annotations

import io
import json
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import low_level
from argon2.exceptions import VerifyMismatchError

from tests.builders import slow_digest
from tests.fakes import SIGNING_NAME, FakeLambdaContext
from tests.loading import load_anew

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes import FakeReader


class Handler:
    """A function that starts with its first event: what it answers, raises and logs."""

    def __init__(self, start: Callable[[], Any], stdout: io.StringIO) -> None:
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
        return [json.loads(line) for line in self._stdout.getvalue().splitlines()]


@pytest.fixture
def handler(reader: FakeReader, monkeypatch: pytest.MonkeyPatch) -> Handler:
    """Return a function over the fake store."""
    stdout = io.StringIO()
    monkeypatch.setenv("SIGNING_SECRET", SIGNING_NAME)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "my-authorizer")

    def start() -> Any:
        with monkeypatch.context() as starting:
            starting.setattr("authorizer.reader.choose_reader", lambda _environ: reader)
            starting.setattr(sys, "stdout", stdout)
            return load_anew("authorizer.handler")

    return Handler(start, stdout)


@pytest.fixture
def slow_hashes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return what argon2 was asked: parameters and secret; see ``slow_digest``."""
    asked: list[tuple[str, str]] = []

    def verify(encoded: bytes, secret: bytes, _kind: low_level.Type) -> bool:
        asked.append((encoded.decode().split("$")[3], secret.decode()))
        if encoded.decode() != slow_digest(secret.decode()):
            raise VerifyMismatchError
        return True

    monkeypatch.setattr(low_level, "verify_secret", verify)
    return asked
