"""What a request presents, and where its record may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apikeys.errors import MalformedRecordError
from authorizer import credential
from authorizer.credential import ForeignKey
from authorizer.settings import Settings
from tests.builders import (
    a_key,
    foreign_key,
    login_text,
    record_text,
)
from tests.fakes import SIGNING_NAME

if TYPE_CHECKING:
    from authorizer.credential import Credential

_KEY = a_key()


def _settings(**environ: str) -> Settings:
    return Settings({"SIGNING_SECRET": SIGNING_NAME} | environ)


def _places(found: Credential | None) -> Any:
    assert found is not None
    return [(place.name, place.principal) for place in found.references]


@pytest.mark.parametrize("tag_check", ["on", "off"])
def test_a_key_minted_here(tag_check: str) -> None:
    """Proven by its tag, where that is checked; its digest is fast."""
    settings = _settings(SECRET_NAME_PREFIX="dev/", TAG_CHECK=tag_check)
    found = credential.of_key(_KEY, settings)
    assert _places(found) == [(f"dev/{_KEY.key_id}", _KEY.key_id)]
    assert (found.text, found.key_id, found.login) == (_KEY.text, _KEY.key_id, None)
    assert (found.is_proven, found.is_slow) == (tag_check == "on", False)
    assert found.references[0].parse(record_text(_KEY)).principal == _KEY.key_id


def test_a_login() -> None:
    """Its text is the password; a stranger can make it up."""
    settings = _settings(LOGIN_NAME_PREFIX="dev/u/")
    found = credential.of_login("ada", "open sesame", settings)
    assert _places(found) == [("dev/u/ada", "ada")]
    assert (found.text, found.key_id, found.login) == ("open sesame", None, "ada")
    assert (found.is_proven, found.is_slow) == (False, True)
    record = found.references[0].parse(login_text("ada", "open sesame"))
    assert (record.principal, record.is_basic) == ("ada", True)
    with pytest.raises(MalformedRecordError):
        found.references[0].parse(record_text(_KEY))


def test_repr_shows_no_secret() -> None:
    """Only the key id or the login."""
    shown = [
        repr(credential.of_key(_KEY, _settings())),
        repr(credential.of_login("ada", "open sesame", _settings())),
        repr(ForeignKey(foreign_key(), (), "an id")),
    ]
    expected = [_KEY.key_id, "ada", "an id"]
    kinds = ["MintedKey", "Login", "ForeignKey"]
    assert shown == [
        f"{kind}({name})" for kind, name in zip(kinds, expected, strict=True)
    ]
