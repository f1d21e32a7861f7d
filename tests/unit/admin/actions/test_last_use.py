"""``lastUsed`` in ``list`` and ``get``, and keys that are known to be unused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from admin.errors import Code, RefusedError
from admin.principal import Principal
from admin.stores.last_uses import LastUses
from apikeys.defaults import DAY
from last_use.notes import Notes
from tests.builders import NOW
from tests.in_process import client_of
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Sequence

_TABLE = "last-uses"


@pytest.fixture
def admin(aws: None, monkeypatch: pytest.MonkeyPatch) -> Admin:
    """Return the actions of a deployment that has noted last uses for 100 days."""
    del aws
    client_of("dynamodb").create_table(
        TableName=_TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "principal", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "principal", "KeyType": "HASH"}],
    )
    monkeypatch.setattr(LastUses, "since", lambda _self: NOW - 100 * DAY)
    return Admin(CREDENTIALS="api-key,basic", LAST_USE_TABLE=_TABLE)


def used(days_ago: float, **principal: str) -> None:
    """Note a use, as the function of the subscription does."""
    ((field, text),) = principal.items()
    notes = Notes(client_of("dynamodb"), _TABLE, lambda: NOW)
    notes.note({f"{field}/{text}": int(NOW - days_ago * DAY)})


def issued(admin: Admin, days_ago: float, **fields: object) -> str:
    """Issue a key so many days ago; return its id."""
    admin.now = NOW - days_ago * DAY
    key, _ = admin.issued(**({"neverExpires": True} | fields))
    admin.now = NOW
    return key.key_id


def test_list_and_get_show_the_last_use(admin: Admin) -> None:
    """Null where none was noted; of accounts as of keys."""
    one, never = issued(admin, 5), issued(admin, 5)
    admin("issue", client="Acme", login="ann")
    used(2, keyId=one)
    used(3, login="ann")
    listed = {r.get("keyId", "ann"): r["lastUsed"] for r in admin("list")["records"]}
    assert listed == {
        one: "2027-01-13T08:00:00Z",
        never: None,
        "ann": "2027-01-12T08:00:00Z",
    }
    assert admin("get", keyId=one)["record"]["lastUsed"] == listed[one]
    assert admin("get", login="ann")["record"]["lastUsed"] == listed["ann"]


def test_keys_that_were_not_used_for_long_are_listed(admin: Admin) -> None:
    """A new key is not one of them, nor one that was used since."""
    idle = issued(admin, 400)
    issued(admin, 89)
    busy = issued(admin, 400)
    rare = issued(admin, 400)
    used(89.5, keyId=busy)
    used(90.5, keyId=rare)
    answer = admin("list", unusedForDays=90)
    assert {record["keyId"] for record in answer["records"]} == {idle, rare}
    assert answer["notedSince"] == "2026-10-07T08:00:00Z"


def test_what_is_not_known_is_not_called_unused(admin: Admin) -> None:
    """For longer than uses are noted, nobody can say so: the key may be the busiest."""
    issued(admin, 400)
    answer = admin("list", unusedForDays=101)
    assert answer["records"] == []
    assert answer["notedSince"] == "2026-10-07T08:00:00Z"


def test_a_record_without_a_date_counts_by_its_uses(admin: Admin) -> None:
    """Some other program's record, say."""
    key_id = issued(admin, 400)
    admin.overwrite(
        f"APIKEY_{key_id}", json.dumps(admin.record(key_id) | {"issueDate": "?"})
    )
    assert [r["keyId"] for r in admin("list", unusedForDays=90)["records"]] == [key_id]
    used(89, keyId=key_id)
    assert admin("list", unusedForDays=90)["records"] == []


def test_without_the_table_nothing_is_known(aws: None) -> None:
    """The default: no field, and a question for it is refused."""
    del aws
    admin = Admin()
    key, _ = admin.issued()
    assert "lastUsed" not in admin("get", keyId=key.key_id)["record"]
    assert "lastUsed" not in admin("list")["records"][0]
    assert admin("list", unusedForDays=90)["error"]["field"] == "unusedForDays"


def test_records_are_seen_though_the_table_fails(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the field, which is not null; asked for unused keys it is a fault."""

    def fail(_self: LastUses, _principals: Sequence[Principal]) -> None:
        raise RefusedError(Code.LAST_USES_UNAVAILABLE, "down")

    key_id = issued(admin, 400)
    monkeypatch.setattr(LastUses, "of", fail)
    assert "lastUsed" not in admin("get", keyId=key_id)["record"]
    assert "lastUsed" not in admin("list")["records"][0]
    answer = admin("list", unusedForDays=90)
    assert answer["error"]["code"] == "last_uses_unavailable"


class Broken:
    """A table that nobody may read."""

    def batch_get_item(self, **_request: Any) -> None:
        """Refuse."""
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "BatchGetItem")


def test_a_table_that_fails_is_a_503() -> None:
    """With a code of its own: the store of the records may serve all the same."""
    broken: Any = Broken()
    with pytest.raises(RefusedError) as refused:
        LastUses(broken, _TABLE).of([Principal.key("0" * 16)])
    assert refused.value.code is Code.LAST_USES_UNAVAILABLE


class Table:
    """A table that reads three items a call, and is described once."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.described = 0

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - boto3's
        """Answer as boto3's client does."""
        keys = RequestItems[_TABLE]["Keys"]
        self.calls.append(len(keys))
        read, unread = keys[:3], keys[3:]
        return {
            "Responses": {_TABLE: [k | {"lastUsed": {"N": "7"}} for k in read]},
            "UnprocessedKeys": {_TABLE: {"Keys": unread}} if unread else {},
        }

    def describe_table(self, *, TableName: str) -> Any:  # noqa: N803 - boto3's
        """Answer as boto3's client does."""
        assert TableName == _TABLE
        self.described += 1
        return {"Table": {"CreationDateTime": datetime.fromtimestamp(NOW, UTC)}}


def test_what_dynamodb_left_unread_is_asked_for_again() -> None:
    """A hundred at once, until all are read."""
    table: Any = Table()
    principals = [Principal.key(f"{n:016d}") for n in range(105)]
    assert LastUses(table, _TABLE).of(principals) == dict.fromkeys(principals, 7)
    assert table.calls[0] == 100


def test_uses_are_noted_since_the_table_was_made() -> None:
    """It is asked once."""
    table: Any = Table()
    last_uses = LastUses(table, _TABLE)
    assert (last_uses.since(), last_uses.since()) == (NOW, NOW)
    assert table.described == 1
