"""The CLI as a process: what goes where, and with which exit code."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pty
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from local.clients import APIKEYS, apikeys, call
from tests.integration.commands import kill_once
from tests.paste import paste

if TYPE_CHECKING:
    from pathlib import Path

    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = pytest.mark.deployed


def _run(
    stack: Stack, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = stack.emulator.environment | {"COLUMNS": "80"} | variables
    return subprocess.run(
        [APIKEYS, *arguments],
        capture_output=True,
        check=False,
        env=environment,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def test_issue_prints_only_the_key_on_stdout(stack: Stack) -> None:
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
        (["revoke", "0" * 16], 2, "--yes is required when not interactive"),
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


def _shell(stack: Stack, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell, as a person would with the CLI on PATH."""
    variables = stack.emulator.environment | {"APIKEYS_FUNCTION": stack.admin_function}
    return paste(line, variables, (APIKEYS,), options=("-o", "pipefail"))


@pytest.mark.parametrize("output", ["table", "ndjson", "csv", "json"])
def test_a_reader_that_has_enough_gets_no_traceback(
    stack: Stack, issued: Issued, output: str
) -> None:
    """``apikeys list | head -1`` prints one line and nothing else."""
    assert issued
    done = _shell(stack, f"apikeys list --output {output} | head -1")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_key_goes_through_a_pipe_and_a_variable(stack: Stack) -> None:
    """Only the key is on stdout, so that shells can pass it on."""
    line = "KEY=$(apikeys issue --client Pipe --role ADMINISTRATOR)"
    line += ' && printf %s "$KEY" | apikeys verify'
    done = _shell(stack, line)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "allow: granted")


def test_without_a_terminal_nothing_is_asked_for_and_nothing_hangs(
    stack: Stack, issued: Issued
) -> None:
    """A confirmation that nobody can give is not given."""
    key_id = issued.record["keyId"]
    function = {"APIKEYS_FUNCTION": stack.admin_function}
    for arguments in (("revoke", key_id), ("rotate", key_id, "--overlap", "0")):
        done = _run(stack, *arguments, **function)
        assert (done.returncode, done.stdout) == (2, "")
        assert "--yes is required when not interactive" in done.stderr
    assert _run(stack, "verify", **function).returncode == 2
    assert apikeys(stack, "get", key_id)["record"]["state"] == "active"


@pytest.mark.parametrize(("no_color", "colours"), [("", True), ("1", False)])
def test_a_terminal_has_colours_unless_nobody_wants_them(
    stack: Stack,
    issued: Issued,
    no_color: str,
    colours: bool,  # noqa: FBT001 - a parameter
) -> None:
    """The state is green on a terminal."""
    variables = {"APIKEYS_FUNCTION": stack.admin_function, "TERM": "xterm-256color"}
    variables |= {"COLUMNS": "120", "NO_COLOR": no_color}
    terminal, end = pty.openpty()
    done = subprocess.run(
        [APIKEYS, "get", issued.record["keyId"]],
        check=False,
        env=stack.emulator.environment | variables,
        stdin=subprocess.DEVNULL,
        stdout=end,
    )
    os.close(end)
    shown = os.read(terminal, 65_536).decode()
    os.close(terminal)
    assert done.returncode == 0
    assert ("\x1b[32mactive" in shown) is colours


def test_on_a_terminal_the_credential_is_asked_for_and_hidden(
    stack: Stack, issued: Issued
) -> None:
    """What is typed is not shown."""
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [APIKEYS, "verify"],
        env=stack.emulator.environment | {"APIKEYS_FUNCTION": stack.admin_function},
        start_new_session=True,
        stderr=end,
        stdin=end,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.close(end)
    shown = os.read(terminal, 1_000)
    os.write(terminal, f"{issued.key}\n".encode())
    answer, _ = process.communicate(timeout=60)
    shown += os.read(terminal, 1_000)
    os.close(terminal)
    assert answer.startswith("allow: granted")
    assert b"Credential:" in shown
    assert issued.key.encode() not in shown


def test_wait_comes_back_when_the_change_is_in_force(
    stack: Stack, issued: Issued
) -> None:
    """A key that was cached as good is refused the moment the command is back."""
    assert call(stack, "/whoami", issued.key).status == 200
    done = _run(
        stack,
        *("disable", issued.record["keyId"], "--wait"),
        APIKEYS_FUNCTION=stack.admin_function,
    )
    assert done.returncode == 0
    assert "In force everywhere: " in done.stderr
    assert call(stack, "/whoami", issued.key).status == 401


def test_a_batch_that_is_killed_and_run_again_loses_and_doubles_nothing(
    stack: Stack, tmp_path: Path
) -> None:
    """Every client has one live key, and the one in the file is it."""
    clients = [f"Batch {number:02}" for number in range(12)]
    source, keys = tmp_path / "clients.csv", tmp_path / "keys.csv"
    source.write_text(
        "client,roles\n" + "".join(f"{c},ADMINISTRATOR\n" for c in clients)
    )
    command = [str(APIKEYS), "issue", "--from", str(source), "--keys-to", str(keys)]
    command += ["--issuer", "batch", "--function", stack.admin_function]
    environment = stack.emulator.environment
    for lines in (3, 7):
        kill_once(command, environment, keys, lines)
    done = subprocess.run(
        command, capture_output=True, check=False, env=environment, text=True
    )
    assert done.returncode == 0, done.stderr
    with keys.open(newline="") as file:
        kept = {row["client"]: row["key"] for row in csv.DictReader(file)}
    assert sorted(kept) == clients
    records = apikeys(stack, "list", "--issuer", "batch")["records"]
    assert sorted(record["client"] for record in records) == clients
    statuses = {call(stack, "/whoami", key).status for key in kept.values()}
    assert statuses == {200}


def test_a_key_whose_command_was_killed_before_it_was_printed_is_named(
    stack: Stack,
) -> None:
    """It is issued, nobody has it, and the lists say that it was never confirmed."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(writer, bytes(65_536)):
            pass
    # A reader that does not read: the command waits with the key in its hands.
    os.set_blocking(writer, True)
    process = subprocess.Popen(
        [APIKEYS, "issue", "--client", "Killed", "--issuer", "killed"],
        env=stack.emulator.environment | {"APIKEYS_FUNCTION": stack.admin_function},
        stderr=subprocess.DEVNULL,
        stdout=writer,
    )
    deadline = time.monotonic() + 60
    while not (listed := apikeys(stack, "list", "--issuer", "killed"))["records"]:
        assert process.poll() is None
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    for end in (reader, writer):
        os.close(end)
    (record,) = listed["records"]
    after = apikeys(stack, "list", "--issuer", "killed")
    assert after["unconfirmed"] == [record["keyId"]]
    apikeys(stack, "revoke", record["keyId"], "--yes")


def test_doctor_finds_nothing_wrong_with_the_deployed_examples(stack: Stack) -> None:
    """Function, role map, signing secret and a stage of each kind of API are ok."""
    # A REST API's web ACL is looked at, too. Of the examples only the first has an
    # alarm, which the emulator takes for the TOKEN example's as well.
    http = ["ok"] * 6 + ["warn"]
    stages = {
        ("ExampleApiUrl", "example"): ["ok"] * 8,
        ("ExampleTokenApiUrl", "example"): ["ok"] * 8,
        ("ExampleHttpApiUrl", "$default"): http,
        ("ExampleHttpApiUrl", "example"): http,
        ("ExampleHttpFormat1ApiUrl", "$default"): http,
        ("ExampleWebSocketUrl", "example"): ["ok"] * 5,
    }
    arguments, expected = [], {}
    for (output, stage), levels in stages.items():
        api = str(urlsplit(stack.outputs[output]).hostname).partition(".")[0]
        arguments += ["--api", api, "--stage", stage]
        expected[f"{api}/{stage}"] = levels
    done = _run(
        stack,
        *("doctor", *arguments, "--output", "json"),
        APIKEYS_FUNCTION=stack.admin_function,
    )
    assert done.returncode == 0, done.stdout
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    gateway: dict[str, list[str]] = {}
    for finding in findings:
        if "/" in finding["subject"]:
            subject = finding["subject"].removesuffix(" web ACL")
            gateway.setdefault(subject, []).append(finding["level"])
    assert gateway == expected
    # The local stack's signing secret is not replicated, which deserves a warning.
    found = {f["subject"]: f["level"] for f in findings}
    assert found["its backup"] == "warn"
    for subject in (
        "admin function",
        "role map",
        "signing secret",
        "records",
        "alarms",
    ):
        assert found[subject] == "ok", subject


def test_help_says_that_expiry_is_not_a_session_time_out(stack: Stack) -> None:
    """Where a person sets it: HOPEX's users took the one for the other."""
    for command in ("issue", "update", "rotate", "clone"):
        said = " ".join(_run(stack, command, "--help").stdout.split())
        assert "Not how long a session on the back end lasts." in said
