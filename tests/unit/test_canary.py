"""A key's way through both functions, and every place it must not leave a trace in."""

from __future__ import annotations

import base64
import io
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
import pytest
from moto import mock_aws

from tests.builders import ROLE_MAP, basic, event_with, rest_event, signing_secret
from tests.fakes import ROLES_NAME, SIGNING_NAME, FakeLambdaContext
from tests.loading import load_anew

if TYPE_CHECKING:
    from collections.abc import Iterator

_WINDOW = 8


def _spellings(secret: str) -> list[str]:
    """Return a secret as text, base64 at each of its three alignments, hex and URL."""
    aligned = [
        base64.b64encode(b"\0" * skipped + secret.encode()).decode()[4:-4]
        for skipped in range(3)
    ]
    return [secret, *aligned, secret.encode().hex(), quote(secret)]


def _traces(key: str, text: str) -> list[str]:
    """Return the parts of a key's secret and tag that a text holds, in any spelling."""
    return _parts(key.split("_")[2], text)


def _parts(secret: str, text: str) -> list[str]:
    """Return the parts of a secret that a text holds, in any spelling."""
    windows = {
        spelling[start : start + _WINDOW]
        for spelling in _spellings(secret)
        for start in range(len(spelling) - _WINDOW + 1)
    }
    return [window for window in windows if window in text]


_LOGGERS = ("", "botocore", "boto3", "urllib3", "aws_lambda_powertools")


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Record what is logged; loggers get their levels back."""
    found = io.StringIO()
    handler = logging.StreamHandler(found)
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    loggers[0].addHandler(handler)
    # The admin function's logger is recreated, to write to this test's stdout.
    logging.Logger.manager.loggerDict.pop("apikeys-admin", None)
    yield found
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def _at_debug() -> None:
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)


@pytest.fixture
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("SIGNING_SECRET", SIGNING_NAME)
    with mock_aws():
        secrets = boto3.client("secretsmanager")
        secrets.create_secret(Name=SIGNING_NAME, SecretString=signing_secret())
        secrets.create_secret(Name=ROLES_NAME, SecretString=json.dumps(ROLE_MAP))
        yield


def _stored() -> str:
    """Return every name, description, tag and value in the account."""
    secrets = boto3.client("secretsmanager")
    listed = secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    versions = [
        secrets.get_secret_value(
            SecretId=secret["Name"], VersionId=version["VersionId"]
        )
        for secret in listed
        for version in secrets.list_secret_version_ids(
            SecretId=secret["Name"], IncludeDeprecated=True
        )["Versions"]
    ]
    return json.dumps([listed, versions], default=str)


def _presented(authorizer: Any, event: object) -> str:
    try:
        answer = authorizer.lambda_handler(event, FakeLambdaContext())
        return json.dumps(answer)
    except Exception as error:  # noqa: BLE001 - whatever API Gateway would log
        return repr(error)


@pytest.mark.usefixtures("_account")
def test_a_key_is_found_in_the_answer_that_issued_it_and_nowhere_else(
    logs: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every 8-character window of secret and tag, in text, base64, hex and URL form."""
    kept: dict[str, str] = {}
    # boto3's reader, since moto answers inside the process.
    monkeypatch.setattr(
        "authorizer.readers.reader.Credentials.from_environ", lambda _environ: None
    )
    admin, authorizer = load_anew("admin.handler"), load_anew("authorizer.handler")
    _at_debug()

    def ask(**event: object) -> Any:
        answer = admin.lambda_handler(event, FakeLambdaContext())
        kept[f"{event['action']}: {len(kept)}"] = json.dumps(answer)
        return answer

    issued = admin.lambda_handler(
        {"action": "issue", "client": "Acme", "roles": ["READER"]}, FakeLambdaContext()
    )
    key, key_id = issued["key"], issued["record"]["keyId"]
    kept["issued record"] = json.dumps(issued["record"])
    kept["allowed"] = _presented(authorizer, rest_event(key))
    kept["forged"] = _presented(
        authorizer, rest_event(f"{key[:-1]}{'01'[key[-1] == '0']}")
    )
    kept["malformed"] = _presented(authorizer, rest_event(f"{key} "))
    ask(action="verify", credential=key)
    ask(action="get", keyId=key)
    ask(action="disable", keyId=key_id)
    ask(action="enable", keyId=key_id)
    kept["stored"] = _stored()
    ask(action="revoke", keyId=key_id)
    kept["revoked"] = _presented(authorizer, rest_event(key))
    kept["names"] = json.dumps(
        boto3.client("secretsmanager").list_secrets(IncludePlannedDeletion=True),
        default=str,
    )

    assert '"principalId"' in kept["allowed"]
    assert kept["forged"] == "Exception('Unauthorized')"
    kept |= {"stdout": capfd.readouterr().out, "logs": logs.getvalue()}
    # A line and a metric for each action, a line for each decision.
    assert kept["stdout"].count("\n") == 2 * 6 + 4
    assert len(kept["logs"]) > 10_000, "the loggers were not at DEBUG"
    found = {place: _traces(key, text) for place, text in kept.items()}
    assert {place: traces for place, traces in found.items() if traces} == {}
    # The search finds what is there, however it is spelt.
    assert len(_traces(key, json.dumps(issued))) == 65 - _WINDOW + 1
    for spelling in _spellings(key.split("_")[2]):
        assert _traces(key, f"…{spelling}…")
    assert _traces(key, base64.b64encode(key.encode()).decode())


@pytest.mark.usefixtures("_account")
def test_a_password_is_found_in_the_answer_that_generated_it_and_nowhere_else(
    logs: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A given one in no answer at all; through rotation, refusal and revocation."""
    given = "hUnter-2-is-no-pa55w0rd"
    kept: dict[str, str] = {}
    monkeypatch.setenv("CREDENTIALS", "api-key,basic")
    monkeypatch.setattr(
        "authorizer.readers.reader.Credentials.from_environ", lambda _environ: None
    )
    admin, authorizer = load_anew("admin.handler"), load_anew("authorizer.handler")
    _at_debug()

    def ask(**event: object) -> Any:
        answer = admin.lambda_handler(event, FakeLambdaContext())
        shown = {n: v for n, v in answer.items() if n != "password"}
        kept[f"{event['action']}: {len(kept)}"] = json.dumps(shown)
        return answer

    def present(password: str) -> None:
        event = event_with({"Authorization": basic("olga", password)})
        kept[f"presented: {len(kept)}"] = _presented(authorizer, event)

    issued = ask(action="issue", client="Acme", roles=["READER"], login="olga")
    generated = issued["password"]
    present(generated)
    present(generated[:-1])
    assert '"principalId"' in kept["presented: 1"]
    ask(action="rotate", login="olga", password=given, requestToken="t" * 32)
    ask(action="rotate", login="olga", password=given, requestToken="t" * 32)
    ask(action="verify", login="olga", credential=given)
    ask(action="verify", login="olga", credential=f"{given}x")
    ask(action="issue", client="Acme", login="olga", password=given)
    ask(action="issue", client="Acme", login="", password=given)
    ask(action="issue", client="Acme", login=given, password=f"{given}\n")
    present(given)
    kept["stored"] = _stored()
    ask(action="revoke", login="olga")
    present(given)
    kept |= {"stdout": capfd.readouterr().out, "logs": logs.getvalue()}
    assert len(kept["logs"]) > 10_000, "the loggers were not at DEBUG"
    for secret in (generated, given):
        found = {place: _parts(secret, text) for place, text in kept.items()}
        assert {place: parts for place, parts in found.items() if parts} == {}
    assert len(_parts(generated, json.dumps(issued))) == 27 - _WINDOW + 1
