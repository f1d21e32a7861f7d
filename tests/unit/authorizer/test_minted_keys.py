"""Keys minted here, whose proof is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apikeys import digest
from apikeys.decision import Reason
from apikeys.errors import MalformedKeyError
from apikeys.signing import SigningKeys
from authorizer.credential import Credential, of_key
from authorizer.minted_keys import MintedKeys
from authorizer.settings import Settings
from tests.builders import SIGNING_KEYS, SIGNING_TEXT, a_key, at, forged
from tests.fakes import SIGNING_NAME

if TYPE_CHECKING:
    from authorizer.request_clock import RequestClock

_KEY = a_key()


class _Keys:
    """Minted keys under signing keys that a test may change."""

    def __init__(self, **environ: str) -> None:
        settings = Settings({"SIGNING_SECRET": SIGNING_NAME} | environ)
        self.signing_keys = SIGNING_KEYS
        self.asked = 0
        self.minted = MintedKeys(settings, self._current)

    def _current(self, _clock: RequestClock) -> SigningKeys:
        self.asked += 1
        return self.signing_keys

    def read(self, text: str) -> str | None:
        """Return the key id of what was read, or why it was refused."""
        found = self.minted.read(text, at())
        return found.key_id if isinstance(found, Credential) else found


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
    """For the same key under the same signing keys, which are asked for every time."""
    keys = _Keys()
    assert [keys.read(_KEY.text) for _ in range(3)] == [_KEY.key_id] * 3
    assert (checked, keys.asked) == ([_KEY.text], 3)


def test_what_is_remembered_is_what_was_computed() -> None:
    """The second reading of a key is the first one's equal."""
    keys = _Keys(SECRET_NAME_PREFIX="dev/")
    first, second = (keys.minted.read(_KEY.text, at()) for _ in range(2))
    for found in (first, second):
        assert isinstance(found, Credential)
        assert (found.text, found.key_id, found.login) == (
            _KEY.text,
            _KEY.key_id,
            None,
        )
        assert (found.is_proven, found.is_slow) == (True, False)
        assert [place.name for place in found.references] == [f"dev/{_KEY.key_id}"]
        assert found.fast_digest == digest.fast(_KEY.text)


def test_a_forgery_of_a_known_key_is_refused_every_time(checked: list[str]) -> None:
    """What is remembered is the whole key; and the forgery does not displace it."""
    keys, forgery = _Keys(), forged(_KEY)
    found = [keys.read(text) for text in (_KEY.text, forgery, forgery, _KEY.text)]
    assert found == [_KEY.key_id, "forged", "forged", _KEY.key_id]
    assert checked == [_KEY.text, forgery, forgery]


def test_a_known_key_with_another_end_is_not_that_key() -> None:
    """Neither longer nor shorter, though it begins alike."""
    keys = _Keys()
    assert keys.read(_KEY.text) == _KEY.key_id
    for text in (f"{_KEY.text}0", _KEY.text[:-1], _KEY.text[:-65], "", "0" * 1_000):
        with pytest.raises(MalformedKeyError):
            keys.read(text)
    assert keys.asked == 1


def test_two_prefixes_of_one_key_id_are_two_keys() -> None:
    """Each with its own proof."""
    keys, other = _Keys(), a_key(prefix="zz")
    assert other.key_id == _KEY.key_id
    found = [keys.read(text) for text in (_KEY.text, other.text) * 2]
    assert found == [_KEY.key_id] * 4
    assert keys.read(f"zz{_KEY.text[2:]}") is Reason.FORGED


def test_signing_keys_that_were_read_again_prove_it_again(checked: list[str]) -> None:
    """So a key of a signing key that was dropped is refused within the record TTL."""
    keys = _Keys()
    same, other = SigningKeys(SIGNING_TEXT.encode()), SigningKeys(b"n" * 64)
    found = []
    for keys.signing_keys in (SIGNING_KEYS, same, other, same, SIGNING_KEYS):
        found.append(keys.read(_KEY.text))
    assert found == [_KEY.key_id, _KEY.key_id, "forged", _KEY.key_id, _KEY.key_id]
    # The fourth is what was remembered before the refusal.
    assert len(checked) == 4


def test_proofs_under_other_signing_keys_are_forgotten() -> None:
    """They could not serve any more, and would keep those signing keys in memory."""
    keys, later = _Keys(), SigningKeys(SIGNING_TEXT.encode())
    for number in range(10):
        keys.read(a_key(f"key {number}").text)
    assert len(keys.minted._proofs) == 10
    keys.signing_keys = later
    keys.read(_KEY.text)
    assert len(keys.minted._proofs) == 1


def test_the_memory_is_bounded_and_holds_no_key() -> None:
    """1,024 proofs, each with digests."""
    keys = _Keys()
    for number in range(1_030):
        keys.read(a_key(f"key {number}").text)
    assert len(keys.minted._proofs) == 1_024
    last = a_key("key 1029")
    held = keys.minted._proofs.get(last.text[:-65])
    assert held is not None
    assert not hasattr(held, "text")
    assert len(held.sha256) == 32
    kept = [getattr(held, name) for name in held.__slots__]
    assert last.text not in kept
    assert last.text[-65:] not in repr(kept)


def test_without_the_tag_check_nothing_is_proven_or_remembered() -> None:
    """A stranger can make up any number of keys; the signing keys are not asked."""
    keys = _Keys(TAG_CHECK="off")
    found = keys.minted.read(forged(_KEY), at())
    assert isinstance(found, Credential)
    assert (found.key_id, found.is_proven) == (_KEY.key_id, False)
    assert (len(keys.minted._proofs), keys.asked) == (0, 0)


def test_a_credential_knows_its_fast_digest() -> None:
    """What a record of it would hold, computed when it is asked for."""
    found = of_key(_KEY, Settings({"SIGNING_SECRET": SIGNING_NAME}))
    assert [found.fast_digest for _ in range(2)] == [digest.fast(_KEY.text)] * 2
