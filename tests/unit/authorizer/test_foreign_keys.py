"""Keys minted elsewhere, and where their records may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apikeys.errors import MalformedRecordError
from apikeys.signing import SigningKeys
from authorizer import foreign_keys
from authorizer.settings import Settings
from tests import independent
from tests.builders import (
    LOOKUP_TEXT,
    SIGNING_KEYS,
    SIGNING_TEXT,
    a_key,
    foreign_key,
    ontopop_text,
    record_text,
)
from tests.fakes import SIGNING_NAME

if TYPE_CHECKING:
    from authorizer.credential import Credential

_KEY = a_key()
_FOREIGN = foreign_key()
_IMPORTED_ID = independent.foreign_key_id(LOOKUP_TEXT, _FOREIGN)
_WITH_LOOKUP = SigningKeys(SIGNING_TEXT.encode(), (), LOOKUP_TEXT.encode())


def _settings(**environ: str) -> Settings:
    return Settings({"SIGNING_SECRET": SIGNING_NAME} | environ)


def _foreign(
    text: str, mode: str = "ontopop", keys: SigningKeys = _WITH_LOOKUP, **environ: str
) -> Credential | None:
    settings = _settings(LEGACY_KEYS=mode, **environ)
    return foreign_keys.foreign_key(text, settings, lambda: keys)


def _places(found: Credential | None) -> Any:
    assert found is not None
    return [(place.name, place.principal) for place in found.references]


def test_an_imported_key() -> None:
    """Where it is stored tells nothing of it."""
    found = _foreign(_FOREIGN, "imported", SECRET_NAME_PREFIX="dev/")
    assert found is not None
    assert _places(found) == [(f"dev/{_IMPORTED_ID}", _IMPORTED_ID)]
    assert (found.text, found.key_id, found.login) == (_FOREIGN, _IMPORTED_ID, None)
    assert (found.is_proven, found.is_slow) == (False, True)
    stored = record_text(_KEY, keyId=_IMPORTED_ID)
    assert found.references[0].parse(stored).principal == _IMPORTED_ID
    with pytest.raises(MalformedRecordError):
        found.references[0].parse(ontopop_text(_FOREIGN))


def test_ontopops_own_record_comes_second() -> None:
    """The imported one decides; what stands for the key is the same in both."""
    found = _foreign(_FOREIGN, SECRET_NAME_PREFIX="dev/")
    assert found is not None
    assert _places(found) == [
        (f"dev/{_IMPORTED_ID}", _IMPORTED_ID),
        (f"dev/{_FOREIGN}", _IMPORTED_ID),
    ]
    imported, own = found.references
    assert imported.cached_as != own.cached_as
    assert own.parse(ontopop_text(_FOREIGN)).principal == _IMPORTED_ID
    with pytest.raises(MalformedRecordError):
        own.parse(record_text(_KEY, keyId=_IMPORTED_ID))


def test_before_the_first_import_there_is_no_imported_record() -> None:
    """And what stands for OntoPop's keys follows from the signing key."""
    key_id = independent.foreign_key_id(SIGNING_TEXT, _FOREIGN)
    assert _places(_foreign(_FOREIGN, keys=SIGNING_KEYS)) == [
        (f"APIKEY_{_FOREIGN}", key_id)
    ]
    assert _places(_foreign(_FOREIGN, "imported", SIGNING_KEYS)) == []


@pytest.mark.parametrize(
    ("text", "mode", "places"),
    [
        ("a" * 19, "imported", None),
        ("a" * 19, "ontopop", ["a" * 19]),
        ("a", "ontopop", ["a"]),
        ("a" * 256, "imported", [""]),
        ("a" * 257, "imported", None),
        ("a" * 257, "ontopop", None),
        (f"{_FOREIGN}-abc123", "imported", [""]),
        (f"{_FOREIGN}-abc123", "ontopop", [""]),
        ("-abc123", "ontopop", None),
        ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:x", "ontopop", None),
        ("a key with blanks in it", "ontopop", None),
    ],
)
def test_where_a_text_may_be_stored(
    text: str, mode: str, places: list[str] | None
) -> None:
    """By its text alone ('' stands for the key id), or nowhere: no credential."""
    found = _foreign(text, mode)
    if places is None:
        assert found is None
        return
    key_id = independent.foreign_key_id(LOOKUP_TEXT, text)
    names = [f"APIKEY_{key_id}"] if len(text) >= 20 else []
    names += [f"APIKEY_{place}" for place in places if place]
    assert [name for name, _ in _places(found)] == names


def test_for_what_can_be_no_key_no_signing_key_is_asked() -> None:
    """Its grammar is enough; a megabyte is not hashed."""

    def asked() -> SigningKeys:
        pytest.fail("the signing keys were asked for")

    settings = _settings(LEGACY_KEYS="ontopop")
    for text in ("a b", "a" * 1_000_000, ":" * 20):
        assert foreign_keys.foreign_key(text, settings, asked) is None
