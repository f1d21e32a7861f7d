"""What every reader of Secrets Manager promises, in good times and in bad ones."""

from __future__ import annotations

import json
import time
from itertools import count
from typing import TYPE_CHECKING

import pytest

from apikeys.decision import Reason
from apikeys.errors import StoreRefusedError, StoreUnavailableError
from tests.contract.scripted_server import (
    ScriptedServer,
    answering,
    closing_after,
    erring,
    garbled,
    hanging_up,
    silent,
    truncated,
)

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from authorizer.readers.reader import Reader
    from tests.contract.readers import MakeReader
    from tests.contract.scripted_server import Step

_numbers = count()


def _in(seconds: float) -> float:
    return time.monotonic() + seconds


def _outcome(reader: Reader, seconds: float = 3) -> object:
    """Return the value, the reason or the error's type, and that it quotes nothing."""
    try:
        return reader.read("a-name", _in(seconds))
    except (StoreUnavailableError, StoreRefusedError) as error:
        return type(error) if "canary" not in str(error) else str(error)


@pytest.fixture
def name() -> str:
    """Return a name that nothing has been stored under yet."""
    return f"APIKEY_{next(_numbers)}"


def test_a_value_is_read_as_it_was_stored(
    make_reader: MakeReader, moto_url: str, moto_client: SecretsManagerClient, name: str
) -> None:
    """Any text, up to 64 KiB."""
    text = json.dumps({"é": "東京 🗝\n", "long": "x" * 60_000}, ensure_ascii=False)
    moto_client.create_secret(Name=name, SecretString=text)
    assert make_reader(moto_url).read(name, _in(3)) == text


def test_the_current_version_is_read(
    make_reader: MakeReader, moto_url: str, moto_client: SecretsManagerClient, name: str
) -> None:
    """Not the last one put, while it waits for a compare-and-swap; then that one."""
    reader = make_reader(moto_url)
    first = moto_client.create_secret(Name=name, SecretString="one")
    put = moto_client.put_secret_value(
        SecretId=name, SecretString="two", VersionStages=["APIKEYS_PENDING"]
    )
    before = reader.read(name, _in(3))
    moto_client.update_secret_version_stage(
        SecretId=name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=put["VersionId"],
        RemoveFromVersionId=first["VersionId"],
    )
    assert (before, reader.read(name, _in(3))) == ("one", "two")


def test_a_missing_secret_is_unknown(
    make_reader: MakeReader, moto_url: str, name: str
) -> None:
    """A reason, no error."""
    assert make_reader(moto_url).read(name, _in(3)) is Reason.UNKNOWN


def test_a_secret_scheduled_for_deletion_is_revoked(
    make_reader: MakeReader, moto_url: str, moto_client: SecretsManagerClient, name: str
) -> None:
    """Until it is restored."""
    reader = make_reader(moto_url)
    moto_client.create_secret(Name=name, SecretString="one")
    moto_client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    deleted = reader.read(name, _in(3))
    moto_client.restore_secret(SecretId=name)
    assert (deleted, reader.read(name, _in(3))) == (Reason.REVOKED, "one")


def test_a_binary_value_is_corrupt(
    make_reader: MakeReader, moto_url: str, moto_client: SecretsManagerClient, name: str
) -> None:
    """No record is bytes."""
    moto_client.create_secret(Name=name, SecretBinary=b"\x00\xff")
    assert make_reader(moto_url).read(name, _in(3)) is Reason.CORRUPT


def test_readers_ask_for_the_current_version_of_one_name(
    make_reader: MakeReader, server: ScriptedServer
) -> None:
    """Signed, with nothing in the request but the name and the stage."""
    assert make_reader(server.url).read("a-name", _in(3)) == "a value"
    ((headers, body),) = server.requests
    assert body == {"SecretId": "a-name", "VersionStage": "AWSCURRENT"}
    assert headers["x-amz-target"] == "secretsmanager.GetSecretValue"
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=test/")


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time-outs be short, and pauses between tries take no time."""
    for module in ("service", "boto3_reader"):
        monkeypatch.setattr(f"authorizer.readers.{module}.READ_SECONDS", 0.2)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


_REFUSED = [
    erring(400, "AccessDeniedException"),
    erring(400, "DecryptionFailure"),
    erring(400, "UnrecognizedClientException"),
    erring(400, "InvalidParameterException"),
]
_FAILING = [
    erring(400, "ThrottlingException"),
    erring(400, "com.amazonaws.secretsmanager#ThrottlingException"),
    erring(429, "TooManyRequestsException"),
    erring(500, "InternalServiceError"),
    erring(503, "ServiceUnavailable"),
    answering(500, b"<html>canary</html>"),
    answering(502, b""),
    answering(200, b"canary"),
    answering(200, b""),
    answering(200, b"[]"),
    answering(200, {"Name": "a-name"}),
    answering(200, b"\xff\xfe\x00"),
    truncated(),
    garbled(),
    hanging_up(),
    silent(),
]


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("fault", _REFUSED)
def test_a_refusal_of_the_store_is_not_tried_again(
    make_reader: MakeReader, server: ScriptedServer, fault: Step
) -> None:
    """Access denied, KMS trouble: decisions, one request each."""
    server.script = [fault]
    assert _outcome(make_reader(server.url)) is StoreRefusedError
    assert len(server.requests) == 1


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("fault", _FAILING)
def test_an_outage_that_lasts_is_store_unavailable_after_two_tries(
    make_reader: MakeReader, server: ScriptedServer, fault: Step
) -> None:
    """Throttled, failing, unreadable, cut short, closed or silent."""
    server.script = [fault]
    assert _outcome(make_reader(server.url)) is StoreUnavailableError
    assert len(server.requests) <= 2


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    "fault",
    [
        erring(400, "ThrottlingException"),
        erring(500, "InternalServiceError"),
        erring(503, "ServiceUnavailable"),
        hanging_up(),
        silent(),
    ],
)
def test_an_outage_that_passes_is_not_noticed(
    make_reader: MakeReader, server: ScriptedServer, fault: Step
) -> None:
    """The second try answers."""
    server.script = [fault, answering()]
    assert _outcome(make_reader(server.url)) == "a value"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (erring(400, "ResourceNotFoundException"), Reason.UNKNOWN),
        (erring(400, "aws#ResourceNotFoundException"), Reason.UNKNOWN),
        (erring(400, "ResourceNotFoundException:http://aws/"), Reason.UNKNOWN),
        (erring(400, "InvalidRequestException"), Reason.REVOKED),
        (answering(200, {"SecretBinary": "AAA="}), Reason.CORRUPT),
        (answering(200, {"SecretString": "", "Later": 1}), ""),
    ],
)
def test_every_spelling_of_an_answer_is_read(
    make_reader: MakeReader, server: ScriptedServer, step: Step, expected: object
) -> None:
    """With a namespace before an error's name or an address behind it."""
    server.script = [step]
    assert _outcome(make_reader(server.url)) == expected
    assert len(server.requests) == 1


def test_a_connection_is_kept(make_reader: MakeReader, server: ScriptedServer) -> None:
    """Three reads, one connection."""
    reader = make_reader(server.url)
    assert [_outcome(reader) for _ in range(3)] == ["a value"] * 3
    assert (len(server.requests), server.connections) == (3, 1)


@pytest.mark.parametrize(
    "step",
    [
        closing_after(answering()),
        closing_after(answering(headers=("connection: close",))),
    ],
)
def test_a_kept_connection_that_was_closed_is_not_an_outage(
    make_reader: MakeReader, server: ScriptedServer, step: Step
) -> None:
    """As after a function was frozen: reading goes on over a new one."""
    server.script = [step]
    reader = make_reader(server.url)
    for number in range(1, 4):
        assert _outcome(reader) == "a value"
        # What was sent on the old connection nobody has read.
        assert (len(server.requests), server.connections) == (number, number)
        _wait_for_the_close()


def _wait_for_the_close() -> None:
    time.sleep(0.02)


@pytest.mark.usefixtures("_impatient")
def test_a_passed_deadline_allows_no_try(
    make_reader: MakeReader, server: ScriptedServer
) -> None:
    """Nothing is sent that could not be waited for."""
    assert _outcome(make_reader(server.url), seconds=0) is StoreUnavailableError
    assert server.requests == []


@pytest.mark.usefixtures("_impatient")
def test_a_service_that_is_not_there_is_store_unavailable(
    make_reader: MakeReader,
) -> None:
    """Nobody listens at that port any more."""
    with ScriptedServer() as stopped:
        url = stopped.url
    assert _outcome(make_reader(url)) is StoreUnavailableError
