"""What is in ``examples/`` does on the deployed stack what it says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apikeys.session import REQUIRED
from examples.backends.caller import Caller
from local.clients import apikeys, call

if TYPE_CHECKING:
    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = pytest.mark.deployed

_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
_WITHOUT_FINDINGS = ("blanket-admins.toml", "example-api.toml", "hopex.toml")


@pytest.mark.skipif(shutil.which("jq") is None, reason="the example needs jq")
def test_five_clients_get_keys_and_lose_them(stack: Stack) -> None:
    """Issued, listed, one rotated, all revoked; no key is printed."""
    script = _EXAMPLES / "five-clients.sh"
    assert len(script.read_text().splitlines()) <= 30
    environment = stack.emulator.environment
    folders = (str(Path(sys.executable).parent), environment["PATH"])
    done = subprocess.run(
        [script],
        capture_output=True,
        check=False,
        env=environment
        | {"APIKEYS_FUNCTION": stack.admin_function, "PATH": os.pathsep.join(folders)},
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "issued:  alpha beta delta epsilon gamma"
    assert lines[1].startswith("rotated: beta, active until ")
    assert lines[2] == "the new key: granted"
    assert [line.split(":")[0] for line in lines[3:9]] == ["revoked"] * 6
    assert lines[9] == "left:    0"
    assert "ak_" not in done.stdout


def caller(stack: Stack, key: str) -> Caller:
    """Return whom the back-end helper reads from a context that came through."""
    answer = call(stack, "/whoami", key)
    assert answer.status == 200
    return Caller.from_event(
        {"requestContext": {"authorizer": json.loads(answer.body)}}
    )


def test_the_helper_reads_a_real_context(stack: Stack, issued: Issued) -> None:
    """A key without a session is a caller that may not open one."""
    found = caller(stack, issued.key)
    assert found.principal == issued.record["keyId"]
    assert found.credential == "api-key"
    assert (found.client, found.issuer, found.name) == ("Test App", "apikeys", None)
    assert found.roles == set(issued.record["roles"])
    assert found.session is None
    assert not found.is_read_only


@pytest.mark.parametrize(
    ("mode", "is_read_only"),
    [(["read-only"], True), (["read-write"], False), ([], True)],
    ids=["read only", "read and write", "not said"],
)
def test_the_helper_reads_a_real_session(
    stack: Stack, mode: list[str], is_read_only: object
) -> None:
    """The settings come whole, and only a mode that says so lets it write."""
    settings = {name: f"The {name} of Zoë" for name in REQUIRED}
    options = [f"--session-{name}={value}" for name, value in settings.items()]
    options += [f"--connection-mode={value}" for value in mode]
    key = apikeys(
        stack, "issue", "--client", "HOPEX", "--role", "ADMINISTRATOR", *options
    )["key"]
    found = caller(stack, key)
    assert found.session is not None
    assert found.session.items() >= settings.items()
    assert found.is_read_only is is_read_only


@pytest.mark.parametrize(
    "role_map", sorted((_EXAMPLES / "roles").glob("*.toml")), ids=lambda file: file.name
)
def test_every_role_map_would_be_stored(stack: Stack, role_map: Path) -> None:
    """The deployed admin function accepts each example, and refuses no part of it."""
    check = apikeys(stack, "roles", "put", str(role_map), "--dry-run")
    assert check["isValid"]
    assert all(finding["grade"] != "refuse" for finding in check["findings"])
    assert bool(check["findings"]) == (role_map.name not in _WITHOUT_FINDINGS)
