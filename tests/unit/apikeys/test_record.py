"""The JSON document about one credential."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from apikeys.errors import MalformedRecordError
from apikeys.record import Record, versioned
from tests.builders import (
    LATER,
    NOW,
    a_key,
    login_text,
    record_fields,
    record_text,
    slow_digest,
)
from tests.former.record import Record as FormerRecord

if TYPE_CHECKING:
    from collections.abc import Callable

_KEY = a_key()
_SESSION = {"environment": "Production", "repository": "Main", "profile": "Admin"}


def _parse(**changes: object) -> Record:
    return Record.parse(record_text(_KEY, **changes), key_id=_KEY.key_id)


def _parse_without(field: str) -> Record:
    fields = record_fields(_KEY)
    del fields[field]
    return Record.parse(json.dumps(fields), key_id=_KEY.key_id)


def test_a_record_is_read() -> None:
    """Every field that decides, as the decision needs it."""
    found = _parse(session=_SESSION)
    assert {name: getattr(found, name) for name in Record.__slots__} == {
        "digest": record_fields(_KEY)["digest"],
        "document": record_fields(_KEY, session=_SESSION),
        "enabled": True,
        "expires_at": NOW + 3_600,
        "is_basic": False,
        "networks": (),
        "previous": None,
        "principal": _KEY.key_id,
        "roles": ("READER",),
        "session": _SESSION,
        "size": len(record_text(_KEY, session=_SESSION)),
    }


_NETWORKS = ["203.0.113.0/24", "2001:db8::/32"]


def test_a_record_with_networks_has_the_second_version() -> None:
    """Which an authorizer that does not know networks refuses."""
    found = _parse(schemaVersion=2, allowedCidrs=_NETWORKS)
    assert found.networks == tuple(_NETWORKS)
    with pytest.raises(MalformedRecordError, match=r": schemaVersion is not 1$"):
        FormerRecord.parse(found.to_json(), key_id=_KEY.key_id)
    assert FormerRecord.parse(_parse().to_json(), key_id=_KEY.key_id).enabled


def test_networks_come_and_go_with_the_version() -> None:
    """Whatever else changes; what is stored is read by the releases that may."""
    bare = _parse()
    bound = bare.changed(allowedCidrs=_NETWORKS)
    assert (bound.document["schemaVersion"], bound.networks) == (2, tuple(_NETWORKS))
    assert bound.changed(name="x", schemaVersion=1).document["schemaVersion"] == 2
    assert bound.changed(allowedCidrs=None).document == bare.document
    assert versioned({"keyId": "k"}) == {"schemaVersion": 1, "keyId": "k"}


@pytest.mark.parametrize(
    ("address", "expected"),
    [("203.0.113.7", True), ("2001:db8::7", True), ("203.0.114.7", False)],
)
def test_a_call_comes_from_a_network_of_the_record_or_not(
    address: str, expected: object
) -> None:
    """Where it names none, every address is right, even none."""
    bound = _parse(schemaVersion=2, allowedCidrs=_NETWORKS)
    assert bound.is_called_from(address) is expected
    assert not bound.is_called_from(None)
    assert _parse().is_called_from(address)
    assert _parse().is_called_from(None)


def test_unknown_fields_are_kept() -> None:
    """A field of a later version survives reading and writing."""
    later = {"later": {"a": [1, 2.5, "é"]}}
    found = _parse(**later)
    assert json.loads(found.to_json()) == record_fields(_KEY, **later)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schemaVersion": 0}, "schemaVersion is not 1"),
        ({"schemaVersion": 3}, "schemaVersion is not 1"),
        ({"schemaVersion": 2}, "allowedCidrs goes with schemaVersion 2"),
        ({"allowedCidrs": ["10.0.0.0/8"]}, "allowedCidrs goes with schemaVersion 2"),
        ({"schemaVersion": 2, "allowedCidrs": None}, "allowedCidrs goes with"),
        ({"schemaVersion": 2, "allowedCidrs": []}, "allowedCidrs: is not a list of"),
        ({"schemaVersion": 2, "allowedCidrs": "canary"}, "allowedCidrs: is not a list"),
        ({"schemaVersion": 2, "allowedCidrs": ["canary"]}, "allowedCidrs: a network"),
        ({"schemaVersion": "1"}, "schemaVersion is not 1"),
        ({"schemaVersion": True}, "schemaVersion is not 1"),
        ({"schemaVersion": None}, "schemaVersion is not 1"),
        ({"keyId": "0" * 16}, "keyId is not the one looked up"),
        ({"keyId": None}, "keyId is not the one looked up"),
        ({"digest": None}, "digest is missing or not a text"),
        ({"digest": ["x"]}, "digest is missing or not a text"),
        ({"digest": "canary"}, "not a digest"),
        ({"digest": f"$argon2id$v=19$m=8,t=1,p=1${'A' * 22}${'A' * 43}"}, "argon2id p"),
        ({"name": ""}, "name does not have 1 to 256 characters"),
        ({"name": "x" * 257}, "name does not have 1 to 256 characters"),
        ({"name": "canary\n"}, "name has control characters"),
        ({"client": 5}, "client is not a text"),
        ({"issuer": []}, "issuer is not a text"),
        ({"description": "x" * 2_049}, "description does not have 1 to 2048"),
        ({"description": "\ud800"}, "description has control characters"),
        ({"usageIdentifierKey": 7}, "usageIdentifierKey is not a text"),
        ({"usageKeyId": "\0"}, "usageKeyId has control characters"),
        ({"usagePlanId": {}}, "usagePlanId is not a text"),
        ({"expirationDate": ""}, "expirationDate: not yyyy-MM-ddTHH:mm:ss"),
        ({"expirationDate": "canary"}, "expirationDate: not yyyy-MM-ddTHH:mm:ss"),
        ({"expirationDate": f"{LATER}Z"}, "expirationDate: not yyyy-MM-ddTHH:mm:ss"),
        ({"expirationDate": "2027-02-30T00:00:00"}, "expirationDate: "),
        ({"expirationDate": NOW}, "expirationDate: expirationDate is missing"),
        ({"expirationDate": False}, "expirationDate: expirationDate is missing"),
        ({"session": "canary"}, "session is not an object"),
        ({"session": {}}, "session.environment, session.rep"),
        ({"session": []}, "session is not an object"),
    ],
)
def test_a_field_that_breaks_its_rule_makes_the_record_malformed(
    changes: dict[str, object], message: str
) -> None:
    """The error names record and field and never shows what the field holds."""
    with pytest.raises(MalformedRecordError) as caught:
        _parse(**changes)
    text = str(caught.value)
    assert text.startswith(f"record of {_KEY.key_id}: {message}")
    assert "canary" not in text
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "field", ["schemaVersion", "keyId", "digest", "expirationDate"]
)
def test_a_field_that_must_be_there_is_missed(field: str) -> None:
    """Version, id, digest and end are never guessed: absent is not null."""
    with pytest.raises(MalformedRecordError, match=field):
        _parse_without(field)


def test_a_record_without_a_date_never_expires() -> None:
    """``expirationDate: null`` is a key for ever."""
    record = _parse(expirationDate=None)
    assert (record.expires_at, record.is_expired(1e18)) == (None, False)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW, False),
        (NOW + 3_599.999_999, False),
        (NOW + 3_600, True),
        (NOW + 3_600.000_001, True),
    ],
)
def test_a_record_is_expired_from_the_second_it_names(
    now: float, *, expected: bool
) -> None:
    """Not a microsecond before, and at that very instant."""
    assert _parse().is_expired(now) is expected


@pytest.mark.parametrize(
    "enabled", [False, None, 1, 1.0, "true", "TRUE", "false", [True], {"enabled": True}]
)
def test_only_json_true_enables(enabled: object) -> None:
    """Whatever else is there, the record is readable and disabled."""
    assert _parse(enabled=enabled).enabled is False


def test_a_record_without_enabled_is_disabled() -> None:
    """Absent is not true."""
    assert _parse_without("enabled").enabled is False


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["WRITER", "READER"], ("READER", "WRITER")),
        (["reader", "Reader", "READER"], ("READER",)),
        ([], ()),
        (None, ()),
        ("READER", ()),
        ({"READER": True}, ()),
        (5, ()),
        (
            ["READER", None, 5, ["WRITER"], {"a": 1}, "", " READER", "A-B", "*"],
            ("READER",),
        ),
        (["ß", "SS", "\u0131", "READ\u212aR", "\uff32EADER"], ("SS",)),
        (["A" * 64, "A" * 65], ("A" * 64,)),
    ],
)
def test_roles_are_the_readable_names_in_upper_case(
    roles: object, expected: tuple[str, ...]
) -> None:
    """What is not a list, or not a role's name, grants nothing and breaks nothing."""
    assert _parse(roles=roles).roles == expected


def test_a_record_without_roles_has_none() -> None:
    """Absent grants nothing."""
    assert _parse_without("roles").roles == ()


@pytest.mark.parametrize(
    "field", ["name", "description", "client", "issuer", "session"]
)
def test_texts_and_session_may_be_null(field: str) -> None:
    """What only informs may be missing or null."""
    changes: dict[str, Any] = {field: None}
    assert _parse(**changes).session is None


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        (None, False),
        (_SESSION, False),
        (_SESSION | {"connectionMode": "READ_WRITE"}, False),
        (_SESSION | {"connectionMode": "READ_ONLY"}, True),
    ],
)
def test_a_session_may_be_read_only(
    session: dict[str, str] | None, *, expected: bool
) -> None:
    """Only the connection mode ``READ_ONLY`` makes it so."""
    assert _parse(session=session).is_read_only() is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "canary",
        "null",
        "[]",
        '"{}"',
        record_text(_KEY)[:-1],
        record_text(_KEY) + "x",
        record_text(_KEY).replace("Acme", "Ac\nme"),
        record_text(_KEY).replace('"enabled": true', '"enabled": NaN'),
        record_text(_KEY).replace(
            '"enabled": true', '"enabled": false, "enabled": true'
        ),
        record_text(_KEY)[:-1] + ', "a": ' + "9" * 5_000 + "}",
        record_text(_KEY)[:-1] + ', "a": ' + "[" * 100_000 + "]" * 100_000 + "}",
        record_text(_KEY)[:-1] + ', "a": 1e999}',
        "\x00" * 65_536,
        "\ufeff" + record_text(_KEY),
    ],
)
def test_what_is_not_a_json_object_is_malformed(text: str) -> None:
    """Cut, padded, doubled, too deep or too long a number: one error, no content."""
    with pytest.raises(MalformedRecordError) as caught:
        Record.parse(text, key_id=_KEY.key_id)
    assert str(caught.value).startswith(f"record of {_KEY.key_id}: not a JSON object")


def test_a_copy_under_another_name_is_refused() -> None:
    """The record of one key never serves another id."""
    with pytest.raises(MalformedRecordError, match="keyId is not the one looked up"):
        Record.parse(record_text(_KEY), key_id="0" * 16)


def test_a_changed_copy_differs_only_in_the_named_fields() -> None:
    """Unknown fields stay, the original is untouched."""
    record = _parse(later=1)
    copy = record.changed(enabled=False, roles=["writer"])
    assert copy.document == record_fields(
        _KEY, later=1, enabled=False, roles=["writer"]
    )
    assert (copy.enabled, copy.roles, record.enabled) == (False, ("WRITER",), True)


def test_a_change_to_none_takes_a_field_away() -> None:
    """But for the end, of which null is a value; nulls that were there stay."""
    record = _parse(name="A name", later=None)
    copy = record.changed(name=None, expirationDate=None)
    assert copy.document == record_fields(_KEY, later=None, expirationDate=None)


def test_a_change_is_checked_like_a_new_record() -> None:
    """What could not be read is never written."""
    with pytest.raises(MalformedRecordError, match="name has control characters"):
        _parse().changed(name="a\x00b")


@pytest.mark.parametrize("show", [repr, str])
def test_repr_shows_only_the_key_id(show: Callable[[object], str]) -> None:
    """No digest, client or role gets into a log by accident."""
    assert show(_parse()) == f"Record({_KEY.key_id})"


def test_an_account_record_changes_as_a_key_record_does() -> None:
    """It stays the record of its login."""
    fields = json.loads(record_text(_KEY)) | {"login": "ann"}
    record = Record.parse(json.dumps(fields), login="ann")
    changed = record.changed(enabled=False)
    assert (changed.principal, changed.is_basic, changed.enabled) == (
        "ann",
        True,
        False,
    )


_NEW, _OLD = slow_digest("new"), slow_digest("old")
_PREVIOUS = {"digest": _OLD, "expirationDate": LATER}


def _account(**changes: object) -> Record:
    text = login_text("olga", "new", expirationDate=None, **changes)
    return Record.parse(text, login="olga")


def test_a_replaced_password_counts_until_its_end() -> None:
    """And from that very second on no more; of a key the field means nothing."""
    account = _account(previous=_PREVIOUS)
    found = [account.digests(now) for now in (NOW, NOW + 3_599.9, NOW + 3_600)]
    assert found == [(_NEW, _OLD), (_NEW, _OLD), (_NEW,)]
    assert _account().digests(NOW) == (_NEW,)
    assert len(_parse(previous=_PREVIOUS).digests(NOW)) == 1


@pytest.mark.parametrize(
    "previous",
    [
        _OLD,
        {},
        {"digest": _OLD},
        {"expirationDate": LATER},
        _PREVIOUS | {"expirationDate": None},
        _PREVIOUS | {"expirationDate": "2027-01-15"},
        _PREVIOUS | {"digest": "secret"},
        _PREVIOUS | {"digest": digest.fast("old")},
        _PREVIOUS | {"digest": _OLD.replace(f"${'A' * 22}$", f"${'B' * 22}$")},
        _PREVIOUS | {"digest": _OLD.replace("t=2", "t=3")},
    ],
)
def test_a_replaced_password_that_costs_more_or_never_ends_is_corrupt(
    previous: object,
) -> None:
    """It would take a second slow hash, or an old password would stay for ever."""
    with pytest.raises(MalformedRecordError) as raised:
        _account(previous=previous)
    assert "old" not in str(raised.value)
    assert _OLD not in str(raised.value)
