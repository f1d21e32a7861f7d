"""The authorizer's handler, loaded as Lambda does."""

from __future__ import annotations

import sys
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from tests.fakes import SIGNING_NAME
from tests.loading import load_anew
from tests.unit.authorizer.doubles import Handler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.fakes import FakeReader


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
                "authorizer.readers.reader.choose_readers", lambda _: (reader, None)
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
