"""The authorizer's handler, loaded as Lambda does."""

from __future__ import annotations

import json
import sys
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from tests.fakes import SIGNING_NAME, FakeLambdaContext
from tests.loading import load_anew

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TextIO

    from tests.fakes import FakeReader


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


@pytest.fixture
def handler(
    reader: FakeReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Handler]:
    """Return a function over the fake store."""
    stdout = (tmp_path / "stdout").open("w+")
    monkeypatch.setenv("SIGNING_SECRET", SIGNING_NAME)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "my-authorizer")

    def start() -> Any:
        with monkeypatch.context() as starting:
            starting.setattr(
                "authorizer.readers.reader.choose_reader", lambda _environ: reader
            )
            starting.setattr(sys, "stdout", stdout)
            return load_anew("authorizer.handler")

    with stdout:
        yield Handler(start, stdout)


@pytest.fixture
def slow_hashes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return what argon2 was asked: parameters and secret; see ``slow_digest``."""
    asked: list[tuple[str, str]] = []

    def hashed(secret: bytes, _salt: bytes, **cost: int) -> bytes:
        memory, passes, lanes, _ = cost.values()
        asked.append((f"m={memory},t={passes},p={lanes}", secret.decode()))
        return sha256(secret).digest()

    monkeypatch.setattr(digest, "argon2id", hashed)
    return asked
