"""Keys that were minted elsewhere and keep their text."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING

import pytest

from apikeys import digest, foreign
from apikeys.errors import MalformedRecordError
from tests import independent
from tests.builders import LATER, LOOKUP_TEXT, NOW, foreign_key, ontopop_text

if TYPE_CHECKING:
    from apikeys.record import Record

_CHARACTERS = f"{string.ascii_letters}{string.digits}/_+=.@-"
_KEY = foreign_key()
_KEY_ID = "0123456789ABCDEF"


def _parse(text: str) -> Record:
    return foreign.parse_ontopop_record(text, _KEY_ID)


def _without(field: str) -> str:
    fields = json.loads(ontopop_text(_KEY))
    del fields[field]
    return json.dumps(fields)


@pytest.mark.parametrize(
    ("text", "is_foreign", "is_nameable"),
    [
        (_CHARACTERS, True, True),
        ("a" * 20, True, True),
        ("a" * 256, True, True),
        ("a" * 19, False, True),
        ("a", False, True),
        ("", False, False),
        ("a" * 257, False, False),
        # What Secrets Manager would take for the end of an ARN.
        (f"{'a' * 20}-abc123", True, False),
        (f"{'a' * 20}-......", True, False),
        ("-abc123", False, False),
        (f"{'a' * 20}-abc12", True, True),
        (f"{'a' * 20}-abc1234", True, True),
        ("-abc12", False, True),
        ("abc123", False, True),
        ("../" * 10, True, True),
    ],
)
def test_which_texts_are_looked_up(
    text: str, *, is_foreign: bool, is_nameable: bool
) -> None:
    """Imported ones from 20 to 256 characters; OntoPop's as a name can end."""
    assert foreign.is_foreign_key(text) is is_foreign
    assert foreign.is_nameable(text) is is_nameable


@pytest.mark.parametrize(
    "character",
    [*" !\"#$%&'()*,:;<>?[\\]^`{|}~", *"\x00\n\x7f\xa0\xe9\u0661\uff41\u212a\ud800"],
)
def test_no_other_character_is_looked_up(character: str) -> None:
    """At the start, inside and at the end; above all no colon, which ARNs have."""
    for text in (f"{character}{_KEY}", f"{_KEY}{character}{_KEY}", _KEY + character):
        assert not foreign.is_foreign_key(text)
        assert not foreign.is_nameable(text)


def test_a_key_id_follows_from_the_lookup_key() -> None:
    """The last 16 of the 43 base62 characters of HMAC-SHA-256(lookup key, key)."""
    for number in range(50):
        key = foreign_key(f"key {number}")
        found = foreign.key_id_of(key, LOOKUP_TEXT.encode())
        assert found == independent.foreign_key_id(LOOKUP_TEXT, key)
        assert len(found) == 16
    # openssl dgst -sha256 -hmac kkk… of 20 letters a: 9a1d4489b7bd67df980cc9c8…
    assert foreign.key_id_of("a" * 20, b"k" * 32) == "cdkgMv9m" + "kOIhcSxJ"
    assert foreign.key_id_of(_KEY, b"k" * 32) != foreign.key_id_of(_KEY, b"l" * 32)


def test_an_ontopop_record_is_read() -> None:
    """All that decides; the key itself goes no further than its digest."""
    found = _parse(ontopop_text(_KEY, roles=["role_reader", "WRITER"]))
    assert (found.principal, found.enabled, found.expires_at, found.roles) == (
        _KEY_ID,
        True,
        NOW + 3_600,
        ("ROLE_READER", "WRITER"),
    )
    assert digest.matches(found.digest, _KEY)
    assert found.document == {
        "schemaVersion": 1,
        "keyId": _KEY_ID,
        "digest": digest.fast(_KEY),
        "issueDate": "2027-01-01T00:00:00",
        "expirationDate": LATER,
        "issuer": "HyperLearning AI",
        "client": "Test App",
        "enabled": True,
        "roles": ["role_reader", "WRITER"],
    }
    assert not found.is_basic
    assert _KEY not in found.to_json() + repr(found)


def test_fields_that_ontopop_has_not_are_ignored() -> None:
    """No login, id, digest, session or usage key comes in by an OntoPop record."""
    strange = {
        "keyId": "0" * 16,
        "login": "ada",
        "digest": digest.fast("another"),
        "session": "no session",
        "usageIdentifierKey": 5,
        "name": "\n",
        "later": [{}],
    }
    assert _parse(ontopop_text(_KEY, **strange)).document == (
        _parse(ontopop_text(_KEY)).document
    )


@pytest.mark.parametrize("enabled", [False, None, "true", 1, [True]])
def test_only_json_true_enables(enabled: object) -> None:
    """As in every record."""
    assert not _parse(ontopop_text(_KEY, enabled=enabled)).enabled


def test_without_enabled_it_is_disabled() -> None:
    """A field that is missing is not true."""
    assert not _parse(_without("enabled")).enabled


@pytest.mark.parametrize("roles", [None, "READER", {}, [None, 5, "\ud800", "a b"]])
def test_what_is_not_a_list_of_role_names_is_no_role(roles: object) -> None:
    """Null, too, and a list of other things."""
    assert _parse(ontopop_text(_KEY, roles=roles)).roles == ()


def test_without_roles_it_has_none() -> None:
    """Any valid key may still pass where the role map says so."""
    assert _parse(_without("roles")).roles == ()


def test_null_as_its_end_is_never() -> None:
    """Absent is not null."""
    assert _parse(ontopop_text(_KEY, expirationDate=None)).expires_at is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a JSON object whose names are unique"),
        ("canary", "not a JSON object whose names are unique"),
        ('["canary"]', "not a JSON object"),
        ('{"key": "canary", "key": "canary"}', "not a JSON object whose names are uni"),
        ("[" * 100_000, "not a JSON object whose names are unique"),
        (_without("key"), "is not one of OntoPop's"),
        (ontopop_text("x", key=None), "is not one of OntoPop's"),
        (ontopop_text("x", key=["canary"]), "is not one of OntoPop's"),
        (ontopop_text("x", key=5), "is not one of OntoPop's"),
        (ontopop_text("canary\ud800"), "is not one of OntoPop's"),
        (ontopop_text("canary", schemaVersion=1), "is not one of OntoPop's"),
        (ontopop_text("canary", schemaVersion=None), "is not one of OntoPop's"),
        (_without("expirationDate"), "expirationDate: expirationDate is missing"),
        (ontopop_text(_KEY, expirationDate=""), "expirationDate: not yyyy-MM-ddTHH"),
        (ontopop_text(_KEY, expirationDate="canary"), "expirationDate: not yyyy-MM-d"),
        (ontopop_text(_KEY, expirationDate=f"{LATER}Z"), "expirationDate: not yyyy-M"),
        (ontopop_text(_KEY, client=["canary"]), "client is not a text"),
        (ontopop_text(_KEY, issuer="canary\n"), "issuer has control characters"),
    ],
)
def test_what_is_not_an_ontopop_record_is_malformed(text: str, message: str) -> None:
    """The error names the id and the field, never a content."""
    with pytest.raises(MalformedRecordError) as caught:
        _parse(text)
    assert str(caught.value).startswith(f"record of {_KEY_ID}: {message}")
    assert "canary" not in str(caught.value)
    assert _KEY not in str(caught.value)
