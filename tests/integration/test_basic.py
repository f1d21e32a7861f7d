"""Logins with passwords beside keys, on one API: against the deployed stack."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from local.clients import APIKEYS, apikeys, call, call_as, send
from local.scenarios.keys import MANAGEMENT

if TYPE_CHECKING:
    from local.deployment import Stack
    from tests.integration.deployed import BothKinds

pytestmark = pytest.mark.deployed

_GIVEN = "a colon: and bättery, twice:"
_SESSION = {
    "login": "mega",
    "environment": "Production",
    "repository": "Main",
    "profile": "Application Architect",
    "sessionMode": "SINGLE",
    "connectionMode": "READ_ONLY",
    "dataLanguage": "fr",
    "guiLanguage": "en",
}


def _given_a_password(stack: Stack, *arguments: str) -> dict[str, Any]:
    """Run a command of the CLI that reads ``_GIVEN`` on its standard input."""
    done = subprocess.run(
        [
            *(APIKEYS, *arguments, "--password", "-"),
            *("--stack", stack.name, "--output", "json"),
        ],
        capture_output=True,
        check=False,
        env=stack.emulator.environment,
        input=_GIVEN,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_request_of_the_third_act_gets_the_status_it_must(
    both_kinds: BothKinds,
) -> None:
    """Redeployed for both kinds, with ``KeyHash=argon2id``; older keys stay valid."""
    rows = both_kinds.rows
    assert [(r.request, r.got) for r in rows] == [(r.request, r.expected) for r in rows]
    assert len({row.body for row in rows if row.expected == 401}) == 1


def test_new_digests_are_slow(both_kinds: BothKinds) -> None:
    """With the parameters of the design."""
    stack = both_kinds.stack
    key_id = apikeys(stack, "issue", "--client", "Slow")["record"]["keyId"]
    secrets = stack.emulator.client("secretsmanager")
    text = secrets.get_secret_value(SecretId=f"APIKEY_{key_id}")["SecretString"]
    assert json.loads(text)["digest"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_whole_session_of_an_account_reaches_the_back_end(
    both_kinds: BothKinds,
) -> None:
    """What the console asked for is echoed, stored and handed on; read only is kept."""
    stack = both_kinds.stack
    options = ["--session-login", "mega", "--session-environment", "Production"]
    options += ["--session-repository", "Main", "--session-mode", "single"]
    options += ["--session-profile", "Application Architect"]
    options += ["--connection-mode", "read-only"]
    options += ["--data-language", "fr", "--gui-language", "en"]
    options += ["--name", "Nightly", "--description", "Exports every night"]
    answer = _given_a_password(
        stack,
        *("issue", "--login", "exporter", "--client", "HOPEX"),
        *("--role", "administrator", "--expires", "2099-01-31", *options),
    )
    record = answer["record"]
    assert "password" not in answer
    assert record["session"] == _SESSION
    assert (record["name"], record["roles"]) == ("Nightly", ["ADMINISTRATOR"])
    # A bare date is the whole of that day.
    assert record["expirationDate"] == "2099-01-31T23:59:59Z"
    assert apikeys(stack, "get", "--login", "exporter")["record"] == record
    context = json.loads(call_as(stack, "/whoami", "exporter", _GIVEN).body)
    assert context == {
        "principalId": "exporter",
        "login": "exporter",
        "credential": "basic",
        "client": "HOPEX",
        "issuer": "apikeys",
        "name": "Nightly",
        "roles": "ADMINISTRATOR",
        "expirationDate": "2099-01-31T23:59:59",
        "sessionLogin": "mega",
        **{name: value for name, value in _SESSION.items() if name != "login"},
    }
    posted = call_as(stack, "/management", "exporter", _GIVEN, "POST")
    assert posted.status == 403


def test_an_account_lives_as_a_key_does(both_kinds: BothKinds) -> None:
    """Disable, enable, revoke, restore: within the record TTL, nothing is cached."""
    stack = both_kinds.stack
    password = apikeys(
        stack,
        *("issue", "--login", "mortal", "--client", "HOPEX", "--role", MANAGEMENT),
    )["password"]
    found = []
    for action in ("disable", "enable", "revoke", "restore"):
        more = ["--yes"] if action == "revoke" else []
        more += [] if action == "restore" else ["--wait"]
        apikeys(stack, action, "--login", "mortal", *more)
        found.append(call_as(stack, "/whoami", "mortal", password).status)
    # A restored one is unknown for as long as its absence was remembered.
    assert found[:3] == [401, 200, 401]
    assert apikeys(stack, "get", "--login", "mortal")["record"]["state"] == "active"
    clone = apikeys(
        stack,
        "clone",
        "--login",
        "mortal",
        "--new-login",
        "immortal",
        "--expires",
        "7d",
    )
    assert call_as(stack, "/whoami", "immortal", clone["password"]).status == 200


@pytest.mark.parametrize(
    "token",
    [
        "",
        "=",
        "!!!!",
        b64encode(b"webservice").decode(),
        b64encode(b":password-of-nobody").decode(),
        b64encode(b"webservice:").decode(),
        b64encode(b"webservice:p\x00ssword").decode(),
        b64encode(b"webservice:\xff\xfe").decode(),
        b64encode(b"APIKEY_x/../y:password").decode(),
        b64encode(b"webservice:password").decode().rstrip("="),
    ],
)
def test_every_malformed_header_is_401(both_kinds: BothKinds, token: str) -> None:
    """The same to the byte as for a wrong password."""
    answer = send(both_kinds.stack, "/whoami", {"Authorization": f"Basic {token}"})
    wrong = call_as(both_kinds.stack, "/whoami", "webservice", "wrong password")
    assert (answer.status, answer.body) == (401, wrong.body)


def test_a_key_with_a_login_is_ambiguous(both_kinds: BothKinds) -> None:
    """401 for both together, 200 for each alone; another scheme is not read."""
    stack = both_kinds.stack
    key = apikeys(stack, "issue", "--client", "A", "--role", MANAGEMENT)["key"]
    account = ("issue", "--login", "both", "--client", "A", "--role", MANAGEMENT)
    password = apikeys(stack, *account)["password"]
    basic = f"Basic {b64encode(f'both:{password}'.encode()).decode()}"
    headers = [
        {"X-API-Key": key},
        {"Authorization": basic},
        {"X-API-Key": key, "Authorization": basic},
        {"X-API-Key": key, "Authorization": "Bearer token"},
        {"Authorization": "Bearer token"},
    ]
    found = [send(stack, "/whoami", each).status for each in headers]
    assert found == [200, 200, 401, 200, 401]


def test_the_log_names_a_login_and_never_its_password(both_kinds: BothKinds) -> None:
    """One that has a record; what strangers type stays out."""
    stack = both_kinds.stack
    account = ("issue", "--login", "logged", "--client", "A", "--role", MANAGEMENT)
    password = apikeys(stack, *account)["password"]
    call_as(stack, "/whoami", "logged", password)
    call_as(stack, "/whoami", "canary-login", "canary password")
    logs = stack.emulator.client("logs")
    lines = [
        event["message"]
        for group in logs.describe_log_groups()["logGroups"]
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])[
            "events"
        ]
    ]
    decisions = [json.loads(line) for line in lines if '"decision"' in line]
    reasons = [d["reason"] for d in decisions if d["login"] == "logged"]
    assert reasons == ["granted"]
    text = "\n".join(lines)
    assert password not in text
    assert "canary" not in text


def test_keys_are_verified_by_the_command_line(both_kinds: BothKinds) -> None:
    """``verify --login`` says why a password is refused; exit code 1 then."""
    stack = both_kinds.stack
    account = ("issue", "--login", "checked", "--client", "A", "--role", MANAGEMENT)
    password = apikeys(stack, *account)["password"]
    apikeys(stack, "disable", "--login", "checked")
    done = subprocess.run(
        [APIKEYS, "verify", "--login", "checked", "-", "--stack", stack.name],
        capture_output=True,
        check=False,
        env=stack.emulator.environment,
        input=password,
        text=True,
    )
    assert (done.returncode, done.stdout.splitlines()[0]) == (1, "refuse: disabled")


def test_one_api_may_not_cache_two_kinds(both_kinds: BothKinds) -> None:
    """The deployed authorizer asks the function each time."""
    stack = both_kinds.stack
    gateway = stack.emulator.client("apigateway")
    found = gateway.get_authorizers(restApiId=stack.outputs["ExampleApiId"])["items"]
    assert [a["authorizerResultTtlInSeconds"] for a in found] == [0]
    # Nobody is caught in a cache by the first of two keys.
    key = apikeys(stack, "issue", "--client", "A", "--role", MANAGEMENT)["key"]
    assert [call(stack, "/whoami", key).status for _ in range(2)] == [200, 200]
