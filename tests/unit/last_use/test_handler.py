"""The function that notes last uses: which lines count, and what they write."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from apikeys.defaults import DAY
from last_use.log_events import uses
from last_use.notes import Notes
from tests.builders import NOW, a_key
from tests.decision_lines import decision_lines
from tests.in_process import REGION, client_of
from tests.loading import load_anew

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE = "last-uses"
_KEY, _OTHER = a_key("one"), a_key("other")
_HOUR = 3_600


def delivery(*lines: str, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    """Return what CloudWatch Logs sends a function."""
    message = {
        "messageType": kind,
        "logEvents": [{"id": "1", "timestamp": 1, "message": line} for line in lines],
    }
    return {
        "awslogs": {
            "data": b64encode(gzip.compress(json.dumps(message).encode())).decode()
        }
    }


def line(**fields: object) -> str:
    """Return a line of the authorizer's about a key that was let pass."""
    return json.dumps(
        {
            "timestamp": "2027-01-15T08:00:00Z",
            "outcome": "allow",
            "key_id": _KEY.key_id,
            "login": None,
        }
        | fields
    )


def test_the_authorizers_own_lines_are_understood() -> None:
    """Of what it logs, that a key was let pass, and when last."""
    lines = decision_lines(_KEY.text, _OTHER.text, _KEY.text, None, known=[_KEY])
    assert uses(delivery(*lines)) == {f"keyId/{_KEY.key_id}": NOW + 2}


def test_every_line_that_counts_has_what_the_subscription_asks_for() -> None:
    """The pattern of the template matches such lines, and no others."""
    allowed, refused = decision_lines(_KEY.text, _OTHER.text, known=[_KEY])
    assert '"outcome":"allow"' in allowed
    assert '"outcome":"allow"' not in refused


def test_a_login_is_told_from_a_key_id() -> None:
    """One may look like the other."""
    both = delivery(line(), line(key_id=None, login=_KEY.key_id))
    assert uses(both).keys() == {f"keyId/{_KEY.key_id}", f"login/{_KEY.key_id}"}


@pytest.mark.parametrize(
    "text",
    [
        "not JSON",
        "[]",
        "null",
        line(outcome="refuse"),
        line(timestamp=7),
        line(timestamp="yesterday"),
        line(key_id=None),
        line(key_id=7),
        line(key_id="x' OR 1=1"),
        line(key_id=None, login="a b"),
        '{"outcome":"allow"}',
        '{"message":"\\"outcome\\":\\"allow\\""}',
    ],
)
def test_what_is_not_a_use_of_a_key_is_skipped(text: str) -> None:
    """Whatever a line looks like to the subscription; the others count all the same."""
    assert uses(delivery(text, line())).keys() == {f"keyId/{_KEY.key_id}"}


def test_a_test_of_the_subscription_notes_nothing() -> None:
    """CloudWatch Logs sends one when the subscription is made."""
    event = delivery("CWL CONTROL MESSAGE", kind="CONTROL_MESSAGE")
    assert uses(event) == {}


class Counting:
    """A client of DynamoDB that counts what it is asked."""

    def __init__(self) -> None:
        self._client = client_of("dynamodb")
        self.asked = 0
        self.written = 0

    def update_item(self, **request: Any) -> Any:
        """Pass an update on."""
        self.asked += 1
        answer = self._client.update_item(**request)
        self.written += 1
        return answer


@pytest.fixture
def table() -> Iterator[Any]:
    """Return the client of an account that has the table."""
    with mock_aws():
        client = client_of("dynamodb")
        client.create_table(
            TableName=_TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "principal", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "principal", "KeyType": "HASH"}],
        )
        yield client


def items(table: Any) -> dict[str, tuple[int, int]]:
    """Return the last uses, and until when each is kept."""
    return {
        item["principal"]["S"]: (
            int(item["lastUsed"]["N"]),
            int(item["expiresAt"]["N"]),
        )
        for item in table.scan(TableName=_TABLE)["Items"]
    }


def notes(client: Any) -> Notes:
    """Return an environment's notes."""
    return Notes(client, _TABLE, lambda: NOW + 10 * DAY)


@pytest.mark.usefixtures("table")
def test_a_thousand_calls_in_an_hour_make_one_write() -> None:
    """In one environment they make one request, in two they make two."""
    client: Any = Counting()
    first, second = notes(client), notes(client)
    for number in range(1_000):
        environment = second if number % 2 else first
        environment.note({"keyId/a": NOW + number})
    assert (client.written, client.asked) == (1, 2)


def test_a_use_an_hour_later_is_noted_again(table: Any) -> None:
    """Not a second before."""
    client: Any = Counting()
    environment = notes(client)
    for at in (NOW, NOW + _HOUR - 1, NOW + _HOUR):
        environment.note({"keyId/a": at})
    assert client.asked == 2
    assert items(table)["keyId/a"] == (NOW + _HOUR, NOW + _HOUR + 800 * DAY)


def test_what_another_environment_noted_is_remembered_as_it_is(table: Any) -> None:
    """The hour counts from the note in the table, whoever wrote it."""
    client: Any = Counting()
    notes(client).note({"keyId/a": NOW})
    late = notes(client)
    late.note({"keyId/a": NOW + _HOUR - 1})
    late.note({"keyId/a": NOW + _HOUR})
    assert (client.written, client.asked) == (2, 3)
    assert items(table)["keyId/a"][0] == NOW + _HOUR


def test_a_delivery_that_comes_late_sets_nothing_back(table: Any) -> None:
    """CloudWatch Logs keeps no order, and Lambda repeats."""
    client: Any = Counting()
    notes(client).note({"keyId/a": NOW + _HOUR * 5})
    notes(client).note({"keyId/a": NOW})
    assert items(table)["keyId/a"][0] == NOW + _HOUR * 5


def test_a_line_from_the_future_silences_nothing(table: Any) -> None:
    """Its use counts as one of now."""
    environment = Notes(client_of("dynamodb"), _TABLE, lambda: NOW)
    environment.note({"keyId/a": NOW + 400 * DAY})
    assert items(table)["keyId/a"][0] == NOW


@pytest.mark.usefixtures("table")
def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key that was noted longest ago is asked for again."""
    monkeypatch.setattr("last_use.notes._MOST_REMEMBERED", 2)
    client: Any = Counting()
    environment = notes(client)
    for name in ("a", "b", "c", "b", "c", "a"):
        environment.note({name: NOW})
    assert client.asked == 4


def test_a_table_that_fails_fails_the_delivery() -> None:
    """So that Lambda repeats it."""

    class Broken:
        """A table that nobody may write."""

        def update_item(self, **_request: Any) -> None:
            """Refuse."""
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "Update")

    broken: Any = Broken()
    with pytest.raises(ClientError):
        notes(broken).note({"keyId/a": NOW})


def test_the_function_notes_what_is_delivered(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Lambda starts it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "LAST_USE_TABLE": _TABLE,
    }.items():
        monkeypatch.setenv(name, value)
    handler: Any = load_anew("last_use.handler")
    handler.lambda_handler(delivery(line(timestamp="2026-01-15T08:00:00Z")), None)
    assert items(table).keys() == {f"keyId/{_KEY.key_id}"}
