"""Tags that were found genuine before."""

from __future__ import annotations

import pytest

from apikeys.key import Key
from apikeys.signing import SigningKeys
from authorizer.tags import Tags
from tests.builders import SIGNING_KEYS, SIGNING_TEXT, a_key, forged

_KEY = a_key()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts whose tags were computed."""
    found: list[str] = []
    verifies = SigningKeys.verifies

    def counted(keys: SigningKeys, signed: str, tag: str) -> bool:
        found.append(signed + tag)
        return verifies(keys, signed, tag)

    monkeypatch.setattr(SigningKeys, "verifies", counted)
    return found


def test_a_genuine_tag_is_computed_once(checked: list[str]) -> None:
    """For the same key under the same signing keys."""
    tags = Tags()
    assert [tags.is_genuine(_KEY, SIGNING_KEYS) for _ in range(3)] == [True] * 3
    assert checked == [_KEY.text]


def test_a_forgery_of_a_known_key_is_refused_every_time(checked: list[str]) -> None:
    """What is remembered is the whole key; and the forgery does not displace it."""
    tags, forgery = Tags(), Key.parse(forged(_KEY))
    keys = [_KEY, forgery, forgery, _KEY]
    found = [tags.is_genuine(key, SIGNING_KEYS) for key in keys]
    assert found == [True, False, False, True]
    assert checked == [_KEY.text, forgery.text, forgery.text]


def test_signing_keys_that_were_read_again_prove_it_again(checked: list[str]) -> None:
    """So a key of a signing key that was dropped is refused within the record TTL."""
    tags = Tags()
    same, other = SigningKeys(SIGNING_TEXT.encode()), SigningKeys(b"n" * 64)
    sets = [SIGNING_KEYS, same, other, same]
    found = [tags.is_genuine(_KEY, keys) for keys in sets]
    assert found == [True, True, False, True]
    # The last one is what was remembered before the refusal.
    assert len(checked) == 3


def test_the_memory_is_bounded_and_holds_no_key() -> None:
    """1,024 proofs, each a digest."""
    tags = Tags()
    for number in range(1_030):
        assert tags.is_genuine(a_key(f"key {number}"), SIGNING_KEYS)
    assert len(tags._genuine) == 1_024
    held = tags._genuine.get(a_key("key 1029").key_id)
    assert held is not None
    assert len(held[1]) == 32
