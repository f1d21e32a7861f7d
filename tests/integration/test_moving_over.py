"""Moving over from OntoPop: a thousand records, stopped and resumed; the whole way."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import base62
from local.clients import apikeys, call
from local.story import MANAGEMENT
from tests.integration.commands import APIKEYS, kill_once
from tests.integration.traces import is_in, logs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.deployment import Stack

pytestmark = pytest.mark.deployed

_COUNT = 1_000
_ISSUER = "a thousand"
_CLIENT = "The whole way"


def _key() -> str:
    return base62.encode(int.from_bytes(os.urandom(23)), 32)


def _record(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "issueDate": "2022-03-01T10:32:19",
        "expirationDate": "2052-05-30T10:32:19",
        "issuer": "HyperLearning AI",
        "client": "Test App",
        "enabled": True,
        "roles": [MANAGEMENT],
    } | changes


@pytest.fixture
def imported(stack: Stack) -> Iterator[list[str]]:
    """Return the ids of what a test imports, which are taken away in the end."""
    key_ids: list[str] = []
    yield key_ids
    secrets = stack.emulator.client("secretsmanager")

    def remove(key_id: str) -> None:
        name = f"APIKEY_{key_id}"
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(remove, key_ids))


def test_a_thousand_records_killed_and_resumed_are_there_once(
    stack: Stack, tmp_path: Path, imported: list[str]
) -> None:
    """All of them, each opening its routes, and no key in any output, log or file."""
    keys = [_key() for _ in range(_COUNT)]
    clients = [f"Client {number:04}" for number in range(_COUNT)]
    source = tmp_path / "records.jsonl"
    source.touch(mode=0o600)
    source.write_text(
        "".join(
            f"{json.dumps(_record(key, client=client, issuer=_ISSUER))}\n"
            for key, client in zip(keys, clients, strict=True)
        )
    )
    command = [str(APIKEYS), "import", "--from", str(source), "--output", "ndjson"]
    command += ["--function", stack.admin_function]
    environment = stack.emulator.environment
    for run, lines in enumerate((300, 600)):
        output = tmp_path / f"killed-{run}"
        kill_once(command, environment, output, lines, output)
    done = subprocess.run(
        command, capture_output=True, check=False, env=environment, text=True
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "resumed").write_text(f"{done.stdout}\n{done.stderr}")
    reported = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["client"] for row in reported] == clients
    # At least those that the run before had reported.
    assert {row["status"] for row in reported[:600]} == {"done before"}
    assert {row["status"] for row in reported[-300:]} == {"imported"}

    records = apikeys(stack, "list", "--issuer", _ISSUER)["records"]
    imported += [record["keyId"] for record in records]
    assert Counter(record["client"] for record in records) == Counter(clients)
    assert set(imported) == {row["keyId"] for row in reported}
    assert {(r["state"], r["expirationDate"]) for r in records} == {
        ("active", "2052-05-30T10:32:19")
    }
    sample = keys[:: _COUNT // 25]
    assert {call(stack, "/whoami", key).status for key in sample} == {200}

    found = {"logs": logs(stack), "records": json.dumps(records)}
    left = {*tmp_path.iterdir(), *stack.emulator.folder.glob("*.*")} - {source}
    assert stack.emulator.log in left
    for file in left:
        found[str(file)] = file.read_text(errors="replace")
    assert imported[0] in found["logs"], "the search must be able to find what is there"
    assert is_in(sample[0], source.read_text())
    for place, text in found.items():
        # Bare booleans: a failing comparison would print what was searched.
        assert not any(key in text for key in keys), place
        assert not any(is_in(key, text) for key in sample), place


def test_the_whole_way_over_is_noticed_by_no_client(
    stack: Stack, imported: list[str]
) -> None:
    """Read as they are, imported from the account itself, the old ones deleted."""
    secrets = stack.emulator.client("secretsmanager")
    keys, weak = [_key() for _ in range(3)], _key()[:12]
    for key in (*keys, weak):
        text = json.dumps(_record(key, client=_CLIENT))
        secrets.create_secret(Name=f"APIKEY_{key}", SecretString=text)

    def run(*options: str) -> Counter[str]:
        """Return what became of this test's records, by the words of the report."""
        command = ["import", "--from-secrets", "--output", "json", *options]
        done = subprocess.run(
            [APIKEYS, *command, "--function", stack.admin_function],
            capture_output=True,
            check=False,
            env=stack.emulator.environment,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        # The weak one is refused, whatever the others are.
        assert done.returncode == 1, done.stderr
        assert not any(is_in(key, done.stdout + done.stderr) for key in (*keys, weak))
        rows = [r for r in json.loads(done.stdout)["rows"] if r["client"] == _CLIENT]
        imported[:] = {row["keyId"] for row in rows if "keyId" in row} | {*imported}
        return Counter(row["status"] for row in rows)

    def answers() -> set[int]:
        return {call(stack, "/management/users", key).status for key in keys}

    assert answers() == {200}
    assert run("--dry-run") == {"importable": 3, "refused": 1}
    assert run() == {"imported": 3, "refused": 1}
    assert answers() == {200}
    assert run() == {"done before": 3, "refused": 1}
    assert run("--delete-imported", "--yes") == {"deleted": 3, "refused": 1}
    time.sleep(5)  # longer than both caches keep an answer
    assert answers() == {200}
    assert run() == {"refused": 1}
    listed = secrets.list_secrets(MaxResults=100)["SecretList"]
    assert not {f"APIKEY_{key}" for key in keys} & {s["Name"] for s in listed}
    secrets.delete_secret(SecretId=f"APIKEY_{weak}", ForceDeleteWithoutRecovery=True)
    assert len(imported) == 3
