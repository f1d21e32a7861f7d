"""Checks against digests, each slow hash once."""

from __future__ import annotations

import argon2
import pytest

from apikeys import digest
from authorizer import verifier as verifier_module
from authorizer.credential import (
    Credential,
    MintedKey,
    UncheckedKey,
    of_login,
)
from authorizer.settings import Settings
from authorizer.verifier import Verifier
from tests.builders import slow_digest

_CREDENTIAL = "correct horse battery staple"


def _of(text: str) -> Credential:
    return of_login("ada", text, Settings({"SIGNING_SECRET": "signing"}))


def _key(text: str, kind: type[MintedKey] = MintedKey) -> Credential:
    return kind(text, (), "id")


class _Hashes:
    """Stands for the digest module; counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def like(self, stored: str, credential: str) -> str:
        self.asked.append((stored, credential))
        return stored if stored.endswith(credential) else ""


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> _Hashes:
    """Replace the hash by a comparison that is counted."""
    counted = _Hashes()
    monkeypatch.setattr(digest, "like", counted.like)
    monkeypatch.setattr(digest, "fast", "$sha256${}".format)
    return counted


def test_a_slow_digest_that_matched_is_hashed_once(hashes: _Hashes) -> None:
    """From the second time on a correct credential costs no slow hash."""
    verifier, stored = Verifier(), f"$argon2id${_CREDENTIAL}"
    assert [verifier.matches((stored,), _of(_CREDENTIAL)) for _ in range(3)] == [
        True
    ] * 3
    assert hashes.asked == [(stored, _CREDENTIAL)]


def test_a_wrong_credential_is_hashed_every_time(hashes: _Hashes) -> None:
    """It is not remembered: memory holds no guesses, and none becomes cheap."""
    verifier, stored = Verifier(), f"$argon2id${_CREDENTIAL}"
    assert [verifier.matches((stored,), _of("wrong")) for _ in range(3)] == [False] * 3
    assert len(hashes.asked) == 3
    assert not verifier.is_cheap((stored,), _of("wrong"))


def test_what_is_remembered_is_one_digest_and_one_credential(hashes: _Hashes) -> None:
    """A new digest, or another text, is a new question; so is an old digest again."""
    verifier = Verifier()
    pairs = [("$argon2id$1ab", "ab"), ("$argon2id$1ab", "b"), ("$argon2id$2ab", "ab")]
    asked = [pair for pair in [*pairs, pairs[0]] for _ in range(2)]
    assert all(verifier.matches((stored,), _of(text)) for stored, text in asked)
    assert hashes.asked == [*pairs, pairs[0]]


def test_a_fast_digest_is_never_remembered(hashes: _Hashes) -> None:
    """It costs less than looking it up."""
    verifier, stored = Verifier(), f"$sha256${_CREDENTIAL}"
    key = _key(_CREDENTIAL)
    assert [verifier.matches((stored,), key) for _ in range(2)] == [True] * 2
    assert (hashes.asked, verifier.has_verified(key)) == ([], False)


def test_that_an_unchecked_key_matched_is_remembered(hashes: _Hashes) -> None:
    """While tags are not checked, its owner must not become a stranger."""
    verifier, stored = Verifier(), f"$sha256${_CREDENTIAL}"
    good, bad = (_key(text, UncheckedKey) for text in (_CREDENTIAL, "x"))
    assert [verifier.matches((stored,), key) for key in (good, bad)] == [True, False]
    assert [verifier.has_verified(key) for key in (good, bad)] == [True, False]
    verifier.forget(good)
    assert (verifier.has_verified(good), hashes.asked) == (False, [])


def test_what_is_cheap(hashes: _Hashes) -> None:
    """Every fast digest, and a slow one that matched before; asking hashes nothing."""
    verifier, stored = Verifier(), f"$argon2id${_CREDENTIAL}"
    before = verifier.is_cheap((stored,), _of(_CREDENTIAL))
    verifier.matches((stored,), _of(_CREDENTIAL))
    after = verifier.is_cheap((stored,), _of(_CREDENTIAL))
    assert (before, after) == (False, True)
    # A fast digest is so for a key; of a login it must cost a slow hash, too.
    fast = ("$sha256$x",)
    assert verifier.is_cheap(fast, _key("y"))
    assert not verifier.is_cheap(fast, _of("y"))
    assert len(hashes.asked) == 1


def test_the_memory_is_bounded_and_keeps_what_was_used_last(
    hashes: _Hashes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as it may; the one used longest ago is hashed again."""
    monkeypatch.setattr(verifier_module, "MAX_VERIFIED", 1_024)
    verifier = Verifier()
    for number in range(1_024):
        verifier.matches((f"$argon2id${number}",), _of(f"{number}"))
    verifier.matches(("$argon2id$0",), _of("0"))
    verifier.matches(("$argon2id$new",), _of("new"))
    assert len(verifier._verified) == 1_024
    assert verifier.is_cheap(("$argon2id$0",), _of("0"))
    assert not verifier.is_cheap(("$argon2id$1",), _of("1"))
    assert len(hashes.asked) == 1_025


@pytest.mark.usefixtures("hashes")
def test_memory_holds_neither_credential_nor_a_plain_hash_of_it() -> None:
    """Two processes remember the same answer under different marks."""
    stored, marks = f"$argon2id${_CREDENTIAL}", []
    for verifier in (Verifier(), Verifier()):
        verifier.matches((stored,), _of(_CREDENTIAL))
        marks += [*verifier._verified.items()]
    assert len(set(marks)) == 2
    held = [part for pair in marks for part in pair]
    assert all(len(part) == 16 for part in held)
    assert all(_CREDENTIAL.encode() not in part for part in held)


def test_the_secret_is_made_at_first_use() -> None:
    """A snapshot of a started function holds none that copies of it would share."""
    assert Verifier()._secret == b""


def test_real_digests_are_checked_by_their_own_hash() -> None:
    """Fast and slow, right and wrong."""
    verifier = Verifier()
    found = [
        verifier.matches((made(_CREDENTIAL),), of(presented))
        for made, of in ((digest.fast, _key), (digest.slow, _of), (digest.slow, _key))
        for presented in (_CREDENTIAL, "wrong")
    ]
    assert found == [True, False] * 3


def test_a_fast_digest_may_have_to_cost_a_slow_hash(
    slow_hashes: list[tuple[str, str]],
) -> None:
    """Right or wrong, as a slow one would; and once where it is right."""
    verifier, stored = Verifier(), digest.fast(_CREDENTIAL)
    texts = [_CREDENTIAL, _CREDENTIAL, "x", "x"]
    found = [verifier.matches((stored,), _of(text)) for text in texts]
    assert found == [True, True, False, False]
    expected = [("m=19456,t=2,p=1", text) for text in (_CREDENTIAL, "x", "x")]
    assert slow_hashes == expected


def test_a_slow_digest_costs_one_slow_hash_and_no_second(
    slow_hashes: list[tuple[str, str]],
) -> None:
    """Asked either way, and remembered for both."""
    verifier, stored = Verifier(), slow_digest(_CREDENTIAL)
    assert verifier.matches((stored,), _of(_CREDENTIAL))
    assert verifier.matches((stored,), _of(_CREDENTIAL))
    assert not verifier.matches((stored,), _of("x"))
    assert [secret for _, secret in slow_hashes] == [_CREDENTIAL, "x"]


def test_two_passwords_of_one_account_cost_one_slow_hash(
    slow_hashes: list[tuple[str, str]],
) -> None:
    """The new one, the one it replaces, a wrong one; both right ones are remembered."""
    verifier, both = Verifier(), (slow_digest("new"), slow_digest("old"))
    texts = ["new", "old", "wrong"]
    assert [verifier.matches(both, _of(text)) for text in texts * 2] == [
        *(True, True, False),
        *(True, True, False),
    ]
    assert [secret for _, secret in slow_hashes] == ["new", "old", "wrong", "wrong"]
    # Once its overlap has ended, what was remembered of the old one is of no use.
    assert not verifier.matches(both[:1], _of("old"))


def test_what_is_verified(slow_hashes: list[tuple[str, str]]) -> None:
    """What matched when its digest was last looked at; asking hashes nothing."""
    verifier, stored = Verifier(), slow_digest(_CREDENTIAL)
    good, bad = _of(_CREDENTIAL), _of("x")
    before = verifier.has_verified(good)
    for credential in (good, bad):
        verifier.matches((stored,), credential)
    hashed = len(slow_hashes)
    after = [verifier.has_verified(one) for one in (good, bad, _of(_CREDENTIAL))]
    assert (before, after) == (False, [True, False, True])
    verifier.forget(good)
    assert not verifier.has_verified(good)
    assert len(slow_hashes) == hashed


def test_one_password_of_two_accounts_is_verified_for_each(
    slow_hashes: list[tuple[str, str]],
) -> None:
    """Who proved to be one of them is a stranger to the other."""
    verifier, stored = Verifier(), slow_digest(_CREDENTIAL)
    bob = of_login("bob", _CREDENTIAL, Settings({"SIGNING_SECRET": "signing"}))
    assert verifier.matches((stored,), _of(_CREDENTIAL))
    assert not verifier.has_verified(bob)
    assert verifier.matches((stored,), bob)
    assert len(slow_hashes) == 2


def test_the_work_wasted_is_that_of_a_digest_as_it_is_made() -> None:
    """Real argon2id under equal parameters, and nothing matches it."""
    made = argon2.extract_parameters(digest.slow("x"))
    nobody = verifier_module._UNMATCHABLE
    digest.check(nobody)
    assert argon2.extract_parameters(nobody) == made
    assert not digest.matches(nobody, "x")
    Verifier().waste(_of("x"))
