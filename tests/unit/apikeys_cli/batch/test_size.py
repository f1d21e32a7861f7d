"""A batch of any size: what a row costs in memory and on the disk is the same."""

from __future__ import annotations

import os
import sys
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.key import derived_key_id
from apikeys_cli.admin_function import Invocation
from apikeys_cli.commands.import_keys import import_keys
from apikeys_cli.commands.issue import issue
from tests.builders import ROLE_MAP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.in_process import InProcess

_FEW, _MANY = 200, 2_000
# Beside its text: an issued row's identity and progress, an imported one's key.
_MOST_BYTES = 600
_KINDS = ("issue", "import")


@pytest.fixture(autouse=True)
def _unread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nobody keep what is printed."""
    with Path(os.devnull).open("w") as nowhere:
        monkeypatch.setattr(sys, "stdout", nowhere)
        monkeypatch.setattr(sys, "stderr", nowhere)
        yield


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """Answer as the function does, and keep nothing."""
    if request["action"] == "roles.get":
        return {"status": 200, "roleMap": ROLE_MAP}
    if request["action"] == "confirm":
        return {"status": 200}
    key_id = derived_key_id(request.get("requestToken", request["client"]))
    record = {"keyId": key_id, "client": request["client"]}
    return {"status": 201, "record": record, "key": f"ak_{key_id}_{'x' * 65}"}


def _run(kind: str, count: int, folder: Path, invocation: Invocation) -> None:
    """Run a batch of so many rows."""
    header = "client,name,roles" if kind == "issue" else "client,key,roles"
    rows = (f"Client {n:06},Minted.elsewhere/{n:06},READER" for n in range(count))
    source = folder / f"{count}.csv"
    source.write_text("\n".join([header, *rows]))
    source.chmod(0o600)
    options = ["--keys-to", str(folder / f"{count}.keys")]
    command, more = (issue, options) if kind == "issue" else (import_keys, [])
    arguments = ["--from", str(source), *more]
    command.main(arguments, obj=invocation, standalone_mode=False)


@pytest.mark.parametrize("kind", _KINDS)
def test_a_row_costs_a_few_hundred_bytes_of_memory(
    function: InProcess, tmp_path: Path, kind: str
) -> None:
    """Ten thousand rows take a few megabytes more than one does."""
    invocation = Invocation(function.invocation().connection, _answer)
    peaks = []
    for count in (1, _FEW, _MANY):
        tracemalloc.start()
        _run(kind, count, tmp_path, invocation)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    _, few, many = peaks
    assert (many - few) / (_MANY - _FEW) < _MOST_BYTES


def test_a_row_is_noted_in_as_many_bytes_among_any_number(
    function: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is added to, never written anew."""
    write, written = os.write, [0]

    def counting(descriptor: int, text: bytes) -> int:
        written[-1] += len(text)
        return write(descriptor, text)

    monkeypatch.setattr(os, "write", counting)
    invocation = Invocation(function.invocation().connection, _answer)
    for count in (10, 100):
        written.append(0)
        _run("issue", count, tmp_path, invocation)
    assert written[2] < 11 * written[1]
