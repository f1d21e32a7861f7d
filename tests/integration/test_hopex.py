"""What HOPEX's console asks for when an API key is made: on the deployed stack."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from local.clients import APIKEYS, apikeys, call, send

if TYPE_CHECKING:
    from local.deployment import Stack

pytestmark = pytest.mark.deployed

_SESSION = (
    *("--session-login", "mega", "--session-environment", "Production"),
    *("--session-repository", "Main", "--session-profile", "Application Architect"),
)


def _refused(stack: Stack, *arguments: str) -> str:
    done = subprocess.run(
        [APIKEYS, *arguments, "--stack", stack.name],
        capture_output=True,
        check=False,
        env=stack.emulator.environment,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert done.returncode == 1
    return done.stderr


def test_a_key_has_what_the_console_asks_for(stack: Stack) -> None:
    """Echoed when it is issued, found when it is looked at, handed to the back end."""
    issued = apikeys(
        stack,
        *("issue", "--client", "Portal", "--name", "Nightly export"),
        *("--description", "What it is used for", "--expires", "2099-01-31"),
        *("--role", "ADMINISTRATOR", *_SESSION),
        *("--session-mode", "single", "--connection-mode", "read-write"),
    )
    record = issued["record"]
    assert record["name"] == "Nightly export"
    assert record["description"] == "What it is used for"
    assert record["expirationDate"] == "2099-01-31T23:59:59Z"
    assert record["roles"] == ["ADMINISTRATOR"]
    assert record["session"] == {
        "login": "mega",
        "environment": "Production",
        "repository": "Main",
        "profile": "Application Architect",
        "sessionMode": "SINGLE",
        "connectionMode": "READ_WRITE",
    }
    shown = apikeys(stack, "get", record["keyId"])["record"]
    assert shown == record | {"lastUsed": None}
    context = json.loads(call(stack, "/whoami", issued["key"]).body)
    expected = {
        "name": "Nightly export",
        "sessionLogin": "mega",
        "environment": "Production",
        "repository": "Main",
        "profile": "Application Architect",
        "sessionMode": "SINGLE",
        "connectionMode": "READ_WRITE",
    }
    assert {name: context[name] for name in expected} == expected
    assert call(stack, "/management", issued["key"], "POST").status == 200


def test_the_header_is_x_api_key_in_any_case(stack: Stack) -> None:
    """As HOPEX's own examples write it; other headers and the body are the client's."""
    key = apikeys(stack, "issue", "--client", "Portal", "--role", "ADMINISTRATOR")[
        "key"
    ]
    for header in ("x-api-key", "X-API-Key", "X-Api-Key"):
        headers = {header: key, "Content-Type": "application/json"}
        assert send(stack, "/management", headers, "POST").status == 200


def test_the_role_is_administrator_or_what_is_listed(stack: Stack) -> None:
    """An administrator's key opens everything, a custom one its roles' routes."""
    paths = ("/management", "/triplestore", "/whoami")
    for roles, statuses in (
        (["ADMINISTRATOR"], [200, 200, 200]),
        (["ROLE_ONTOPOP_TRIPLESTORE_API"], [403, 200, 200]),
    ):
        options = [option for role in roles for option in ("--role", role)]
        key = apikeys(stack, "issue", "--client", "Portal", *options)["key"]
        assert [call(stack, path, key).status for path in paths] == statuses


def test_a_session_is_whole_or_none(stack: Stack) -> None:
    """What is missing is named, and nothing is issued."""
    before = len(apikeys(stack, "list", "--client", "Half")["records"])
    said = _refused(
        stack,
        *("issue", "--client", "Half", "--role", "ADMINISTRATOR"),
        *("--session-login", "mega", "--session-repository", "Main"),
    )
    assert "--session-environment, --session-profile: missing" in said
    assert len(apikeys(stack, "list", "--client", "Half")["records"]) == before == 0


def test_a_key_is_valid_for_ever_where_that_is_asked_for(stack: Stack) -> None:
    """And until its end by default; ``list`` tells which end soon."""
    options = ("--client", "Ends", "--role", "ADMINISTRATOR")
    ever = apikeys(stack, "issue", *options, "--expires", "never")["record"]
    soon = apikeys(stack, "issue", *options, "--expires", "3d")["record"]
    default = apikeys(stack, "issue", *options)["record"]
    assert (ever["expirationDate"], ever["expiresInDays"]) == (None, None)
    assert default["expiresInDays"] in (89, 90)
    listed = apikeys(stack, "list", "--client", "Ends", "--expiring-within", "14d")
    assert [r["keyId"] for r in listed["records"]] == [soon["keyId"]]


def test_a_key_is_shown_once(stack: Stack) -> None:
    """Never again: not by get, list, update, nor in what is stored."""
    issued = apikeys(stack, "issue", "--client", "Once", "--role", "ADMINISTRATOR")
    key, key_id = issued["key"], issued["record"]["keyId"]
    secret = key.split("_")[2]
    shown = [
        apikeys(stack, "get", key_id),
        apikeys(stack, "list", "--client", "Once"),
        apikeys(stack, "update", key_id, "--name", "N"),
        stack.emulator.client("secretsmanager").get_secret_value(
            SecretId=f"APIKEY_{key_id}"
        )["SecretString"],
    ]
    assert secret not in json.dumps(shown)


def test_settings_need_not_be_typed_again(stack: Stack) -> None:
    """Rotate and clone take them over; the old key goes on through the overlap."""
    options = ("--client", "Portal", "--role", "ADMINISTRATOR", "--name", "N")
    first = apikeys(stack, "issue", *options, *_SESSION)
    rotated = apikeys(stack, "rotate", first["record"]["keyId"], "--overlap", "7d")
    cloned = apikeys(stack, "clone", rotated["record"]["keyId"])
    copied = ("client", "name", "roles", "session")
    for other in (rotated, cloned):
        assert [other["record"][n] for n in copied] == [
            first["record"][n] for n in copied
        ]
    keys = [answer["key"] for answer in (first, rotated, cloned)]
    assert [call(stack, "/whoami", key).status for key in keys] == [200, 200, 200]


def test_a_refused_key_is_explained_only_to_the_operator(stack: Stack) -> None:
    """``verify`` says why, the client sees 401."""
    issued = apikeys(stack, "issue", "--client", "Why", "--role", "ADMINISTRATOR")
    apikeys(stack, "disable", issued["record"]["keyId"], "--wait")
    done = subprocess.run(
        [APIKEYS, "verify", "-", "--stack", stack.name],
        capture_output=True,
        check=False,
        env=stack.emulator.environment,
        input=issued["key"],
        text=True,
    )
    assert done.stdout.startswith("refuse: disabled")
    answer = call(stack, "/whoami", issued["key"])
    assert (answer.status, "disabled" in answer.body) == (401, False)
