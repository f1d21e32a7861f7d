"""What every reader of a table promises, in good times and in bad ones."""

from __future__ import annotations

import json
import os
import time
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from admin.stores.dynamodb import RecordTable
from apikeys.decision import Reason
from apikeys.errors import (
    MisconfiguredError,
    StoreRefusedError,
    StoreUnavailableError,
)
from authorizer.readers.boto3_reader import Boto3Table
from authorizer.readers.dynamodb import DynamoDb
from authorizer.readers.reader import choose_readers
from tests import tables
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
from tests.tables import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authorizer.readers.reader import Reader
    from tests.contract.readers import MakeReader
    from tests.contract.scripted_server import Step

_KIND = "API key record"
_DAY = 86_400
_numbers = count()
_READ = {"ConsumedCapacity": {"TableName": TABLE, "CapacityUnits": 1.0}}
_FOUND = answering(
    200, _READ | {"Item": {"pk": {"S": "n"}, "record": {"S": "a value"}}}
)


def _in(seconds: float) -> float:
    return time.monotonic() + seconds


def _outcome(reader: Reader, seconds: float = 3) -> object:
    """Return the text, the reason or the error's type, and that it quotes nothing."""
    try:
        return reader.read("a-name", _in(seconds))
    except (StoreUnavailableError, StoreRefusedError, MisconfiguredError) as error:
        return type(error) if "canary" not in str(error) else str(error)


@pytest.fixture(params=["lean", "boto3"])
def make_reader(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakeReader]:
    """Return what makes one of the readers, which all keep one contract."""
    for name, value in {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "SIGNING_SECRET": "signing",
        **tables.ENVIRON,
    }.items():
        monkeypatch.setenv(name, value)
    made: list[DynamoDb | Boto3Table] = []

    def make(url: str) -> Reader:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        reader = (
            choose_readers(os.environ)[1]
            if request.param == "lean"
            else Boto3Table(TABLE)
        )
        assert isinstance(reader, (DynamoDb, Boto3Table))
        made.append(reader)
        return reader

    yield make
    for reader in made:
        # An environment of Lambda never ends them; a process of tests must.
        reader._service._close() if isinstance(
            reader, DynamoDb
        ) else reader._client.close()


@pytest.fixture
def server(server: ScriptedServer) -> ScriptedServer:
    """Return a service that answers as a table does."""
    server.script = [_FOUND]
    return server


class Writer:
    """The admin function's side of moto's table, at a time that a test sets."""

    def __init__(self, client: Any) -> None:
        self.now = time.time()
        self.engine = RecordTable(client, TABLE, lambda: self.now)
        self.client = client


@pytest.fixture
def writer(moto_url: str) -> Iterator[Writer]:
    """Return who writes into moto's table."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=moto_url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    tables.make(client)
    yield Writer(client)
    client.delete_table(TableName=TABLE)


@pytest.fixture
def name() -> str:
    """Return a name that nothing has been stored under yet."""
    return f"APIKEY_{next(_numbers)}"


def test_a_record_is_read_as_it_was_stored(
    make_reader: MakeReader, moto_url: str, writer: Writer, name: str
) -> None:
    """Any text, and after each write the one that was written last."""
    reader = make_reader(moto_url)
    text = json.dumps({"é": "東京 🗝\n", "long": "x" * 60_000}, ensure_ascii=False)
    version = writer.engine.create(name, text, _KIND)
    first = reader.read(name, _in(3))
    writer.engine.replace(name, "{}", version)
    assert (first, reader.read(name, _in(3))) == (text, "{}")


def test_an_item_that_is_not_there_is_unknown(
    make_reader: MakeReader, moto_url: str, writer: Writer, name: str
) -> None:
    """A reason, no error."""
    del writer
    assert make_reader(moto_url).read(name, _in(3)) is Reason.UNKNOWN


def test_a_table_that_is_not_there_is_misconfigured(
    make_reader: MakeReader, moto_url: str, name: str
) -> None:
    """Never unknown: a valid client would be told that its key is not."""
    with pytest.raises(MisconfiguredError, match="table"):
        make_reader(moto_url).read(name, _in(3))


def test_what_was_revoked_is_revoked_until_it_is_restored(
    make_reader: MakeReader, moto_url: str, writer: Writer, name: str
) -> None:
    """Also once it may be purged: DynamoDB removes it some days late."""
    reader = make_reader(moto_url)
    writer.engine.create(name, "{}", _KIND)
    writer.now -= 8 * _DAY
    writer.engine.delete(name, 7)
    item = writer.client.get_item(TableName=TABLE, Key={"pk": {"S": name}})["Item"]
    assert int(item["purgeAt"]["N"]) < time.time()
    assert reader.read(name, _in(3)) is Reason.REVOKED
    assert writer.engine.restore(name)
    assert reader.read(name, _in(3)) == "{}"


def test_readers_ask_strongly_for_one_item(
    make_reader: MakeReader, server: ScriptedServer
) -> None:
    """Signed for DynamoDB, with nothing in the request but the table and the name."""
    assert _outcome(make_reader(server.url)) == "a value"
    ((headers, body),) = server.requests
    # boto3's reader asks for what tells an answer from none.
    body.pop("ReturnConsumedCapacity", None)
    assert body == {
        "TableName": TABLE,
        "Key": {"pk": {"S": "a-name"}},
        "ConsistentRead": True,
    }
    assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert "/dynamodb/aws4_request" in headers["authorization"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, Reason.UNKNOWN),
        ({"Later": 1}, Reason.UNKNOWN),
        ({"Item": {"pk": {"S": "n"}}}, Reason.CORRUPT),
        ({"Item": {"record": {"B": "AAA="}}}, Reason.CORRUPT),
        ({"Item": {"record": {"S": ""}}}, ""),
        ({"Item": {"record": {"S": "x"}, "revokedAt": {"N": "1"}}}, Reason.REVOKED),
        ({"Item": {"revokedAt": {"NULL": True}}}, Reason.REVOKED),
    ],
)
def test_every_kind_of_item_is_read(
    make_reader: MakeReader,
    server: ScriptedServer,
    answer: dict[str, Any],
    expected: object,
) -> None:
    """One without a text is a corrupt record; one that is marked is a revoked one."""
    server.script = [answering(200, _READ | answer)]
    assert _outcome(make_reader(server.url)) == expected
    assert len(server.requests) == 1


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time-outs be short, and pauses between tries take no time."""
    monkeypatch.setattr("authorizer.readers.service.READ_SECONDS", 0.2)
    monkeypatch.setattr(
        "authorizer.readers.boto3_reader._config.read_timeout", 0.2, raising=False
    )
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


_PREFIX = "com.amazonaws.dynamodb.v20120810#"


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (erring(400, f"{_PREFIX}ResourceNotFoundException"), MisconfiguredError),
        (erring(400, "ResourceNotFoundException"), MisconfiguredError),
        (erring(400, "AccessDeniedException"), StoreRefusedError),
        (erring(400, "UnrecognizedClientException"), StoreRefusedError),
        (erring(400, "ValidationException"), StoreRefusedError),
        (
            erring(400, "com.amazon.coral.validate#ValidationException"),
            StoreRefusedError,
        ),
        (erring(400, "KMSAccessDeniedException"), StoreRefusedError),
    ],
)
def test_a_decision_of_the_service_is_not_tried_again(
    make_reader: MakeReader, server: ScriptedServer, fault: Step, expected: object
) -> None:
    """No table, access denied, KMS trouble: one request each."""
    server.script = [fault]
    assert _outcome(make_reader(server.url)) is expected
    assert len(server.requests) == 1


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    "fault",
    [
        erring(400, f"{_PREFIX}ProvisionedThroughputExceededException"),
        erring(400, "ThrottlingException"),
        erring(400, "RequestLimitExceeded"),
        erring(500, "InternalServerError"),
        erring(503, "ServiceUnavailable"),
        erring(400, "ExpiredTokenException"),
        answering(500, b"<html>canary</html>"),
        answering(200, b"canary"),
        answering(200, b"[]"),
        answering(200, _READ | {"Item": "canary"}),
        truncated(),
        garbled(),
        hanging_up(),
        silent(),
    ],
)
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
        erring(400, "ProvisionedThroughputExceededException"),
        erring(500, "InternalServerError"),
        hanging_up(),
        silent(),
    ],
)
def test_an_outage_that_passes_is_not_noticed(
    make_reader: MakeReader, server: ScriptedServer, fault: Step
) -> None:
    """The second try answers."""
    server.script = [fault, _FOUND]
    assert _outcome(make_reader(server.url)) == "a value"
    assert len(server.requests) == 2


def test_a_connection_is_kept_and_may_be_closed_meanwhile(
    make_reader: MakeReader, server: ScriptedServer
) -> None:
    """As after a function was frozen: no outage."""
    reader = make_reader(server.url)
    assert [_outcome(reader) for _ in range(3)] == ["a value"] * 3
    assert (len(server.requests), server.connections) == (3, 1)
    server.script = [closing_after(_FOUND), _FOUND]
    assert _outcome(reader) == "a value"
    time.sleep(0.02)
    assert _outcome(reader) == "a value"


@pytest.mark.usefixtures("_impatient")
def test_a_passed_deadline_allows_no_try(
    make_reader: MakeReader, server: ScriptedServer
) -> None:
    """Nothing is sent that could not be waited for."""
    assert _outcome(make_reader(server.url), seconds=0) is StoreUnavailableError
    assert server.requests == []
