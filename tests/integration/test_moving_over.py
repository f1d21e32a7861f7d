"""Moving over from OntoPop: a thousand records, stopped and resumed; the whole way."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import base62
from local import checkout
from local.clients import APIKEYS, apikeys, call
from local.scenarios.keys import MANAGEMENT
from tests.integration.commands import kill_once
from tests.integration.traces import is_in, logs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.deployment import Stack

pytestmark = pytest.mark.deployed

_COUNT = 1_000
_ISSUER = "a thousand"
_CLIENT = "The whole way"
# Longer than the authorizer and the gateway keep an answer.
_CACHED_SECONDS = 5


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
        ("active", "2052-05-30T10:32:19Z")
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


@pytest.fixture
def environment(stack: Stack) -> dict[str, str]:
    """Return the environment of somebody who may do what the guide says, no more."""
    statements = json.loads(_block("json"))["Statement"]
    statements.append(
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    )
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam = stack.emulator.client("iam")
    user = "who-moves-over"
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="guide", PolicyDocument=policy)
    made = iam.create_access_key(UserName=user)["AccessKey"]
    variables = stack.emulator.environment
    path = [APIKEYS.parent, checkout.AWS_CLI.parent, variables["PATH"]]
    return variables | {
        "APIKEYS_FUNCTION": stack.admin_function,
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        "PATH": os.pathsep.join(map(str, path)),
    }


def _block(language: str, words: str = "") -> str:
    """Return the guide's block of code that has these words."""
    guide = (checkout.ROOT / "docs" / "migration-ontopop.md").read_text()
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if words in block]
    return str(found)


def test_the_whole_way_over_is_noticed_by_no_client(
    stack: Stack, imported: list[str], environment: dict[str, str]
) -> None:
    """The guide's way, and back at each step, with the permissions that it names."""
    secrets = stack.emulator.client("secretsmanager")
    keys, weak = [_key() for _ in range(3)], _key()[:12]
    for key in (*keys, weak):
        text = json.dumps(_record(key, client=_CLIENT))
        secrets.create_secret(Name=f"APIKEY_{key}", SecretString=text)

    def ran(*command: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            capture_output=True,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        assert not any(is_in(key, done.stdout + done.stderr) for key in (*keys, weak))
        return done

    def run(*options: str) -> Counter[str]:
        """Return what became of this test's records, by the words of the report."""
        command = ["import", "--from-secrets", "--output", "json", *options]
        done = ran(str(APIKEYS), *command)
        # The weak one is refused, whatever the others are.
        assert done.returncode == 1, done.stderr
        rows = [r for r in json.loads(done.stdout)["rows"] if r["client"] == _CLIENT]
        fit = {row["keyId"] for row in rows if row["status"] == "imported"}
        imported[:] = {*imported, *fit}
        return Counter(row["status"] for row in rows)

    def answers() -> set[int]:
        return {call(stack, "/management/users", key).status for key in keys}

    assert answers() == {200}
    assert run("--dry-run") == {"importable": 3, "refused": 1}
    assert run() == {"imported": 3, "refused": 1}
    assert answers() == {200}
    undone = ran("/bin/bash", "-c", _block("bash", "force-delete")).stdout.split()
    assert {*undone} == {"undone"}
    time.sleep(_CACHED_SECONDS)
    assert answers() == {200}
    assert run() == {"imported": 3, "refused": 1}
    assert run() == {"done before": 3, "refused": 1}
    assert run("--delete-imported", "--yes") == {"deleted": 3, "refused": 1}
    time.sleep(_CACHED_SECONDS)
    assert answers() == {200}
    assert run() == {"refused": 1}
    restored = ran("/bin/bash", "-c", _block("bash", "restore-secret")).stdout.split()
    assert restored.count("restored") >= 3
    assert run("--delete-imported", "--yes") == {"deleted": 3, "refused": 1}
    secrets.delete_secret(SecretId=f"APIKEY_{weak}", ForceDeleteWithoutRecovery=True)
    assert len(imported) == 3
