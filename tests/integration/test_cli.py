"""The CLI as a process: what goes where, and with which exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.clients import call

if TYPE_CHECKING:
    from local.deployment import Stack
    from tests.integration.conftest import Issued

pytestmark = pytest.mark.deployed

_APIKEYS = Path(sys.executable).with_name("apikeys")


def _run(
    stack: Stack, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = stack.emulator.environment | {"COLUMNS": "80"} | variables
    return subprocess.run(
        [_APIKEYS, *arguments],
        capture_output=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def test_issue_prints_the_key_alone_on_stdout(stack: Stack) -> None:
    """``KEY=$(apikeys issue …)`` takes the key; a person reads the rest on stderr."""
    done = _run(
        stack,
        *("issue", "--client", "CLI", "--role", "administrator", "--expires", "12h"),
        APIKEYS_FUNCTION=stack.admin_function,
    )
    assert done.returncode == 0
    (key,) = done.stdout.splitlines()
    assert "will not be shown again" in done.stderr
    assert key not in done.stderr
    assert call(stack, "/whoami", key).status == 200


def test_get_shows_a_table(stack: Stack, issued: Issued) -> None:
    """Without --output a record is a table for a person, without colours in a pipe."""
    key_id = issued.record["keyId"]
    done = _run(stack, "--function", stack.admin_function, "get", key_id)
    lines = dict(line.strip().split(maxsplit=1) for line in done.stdout.splitlines())
    assert (done.returncode, lines["keyId"], lines["state"]) == (0, key_id, "active")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["get", "0" * 16], 1, "no key has this id (key_not_found)"),
        (["issue", "--client", "a\nb"], 1, "client: the text has control characters"),
        (["issue", "--client", "a", "--role", "NONE"], 1, "not in the role map: NONE"),
        (["get", "ak_x"], 2, "not a key id"),
        (["issue", "--client", "a", "--expires", "soon"], 2, "not 90d"),
        (["revoke", "0" * 16], 1, "Aborted"),
        (["get", "0" * 16, "--stack", "no-such-stack"], 3, "no-such-stack"),
        (["get", "0" * 16, "--function", "no-such"], 3, "no-such"),
        (["get", "0" * 16, "--endpoint-url", "http://127.0.0.1:9"], 3, "connect"),
    ],
)
def test_exit_codes_tell_refused_usage_and_unreachable_apart(
    stack: Stack, arguments: list[str], code: int, text: str
) -> None:
    """0 done, 1 refused, 2 usage, 3 unreachable; the reason on stderr, no data."""
    done = _run(stack, *arguments, APIKEYS_FUNCTION=stack.admin_function)
    assert (done.returncode, done.stdout) == (code, "")
    assert text in done.stderr


def test_without_a_function_the_usage_error_names_the_three_ways(stack: Stack) -> None:
    """A person who named no function is told how to."""
    done = _run(stack, "get", "0" * 16)
    assert done.returncode == 2
    assert all(
        way in done.stderr for way in ("--stack", "--function", "APIKEYS_FUNCTION")
    )


def test_a_bad_role_map_is_refused_with_every_finding(
    stack: Stack, tmp_path: Path
) -> None:
    """All that is wrong in a role map is said at once, and the old one stays."""
    file = tmp_path / "roles.toml"
    file.write_text('[roles.A]\nallow = ["GET x"]\n[roles.b]\nallow = ["* /b"]\n')
    before = _run(stack, "roles", "get", "--stack", stack.name).stdout
    done = _run(stack, "roles", "put", str(file), "--stack", stack.name)
    assert done.returncode == 1
    assert "roles.A.allow[0]" in done.stderr
    assert "roles.b:" in done.stderr
    assert _run(stack, "roles", "get", "--stack", stack.name).stdout == before
