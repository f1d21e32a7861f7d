"""What a record keeps instead of the credential."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

import argon2
import pytest
from argon2 import low_level

from apikeys import digest

if TYPE_CHECKING:
    from collections.abc import Callable

_SALT_AND_HASH = f"{'c2FsdHNhbHQ' * 2}${'A' * 43}"


def _phc(
    memory: object = 19_456, passes: object = 2, lanes: object = 1, *, rest: str = ""
) -> str:
    return f"$argon2id$v=19$m={memory},t={passes},p={lanes}${rest or _SALT_AND_HASH}"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the secrets that argon2 was asked to hash."""
    asked: list[bytes] = []

    def spied(secret: bytes, salt: bytes, **cost: int) -> bytes:
        asked.append(secret)
        return _hash(secret, salt, **cost)

    monkeypatch.setattr(digest, "argon2id", spied)
    return asked


_hash: Callable[..., bytes] = digest.argon2id


def test_a_fast_digest_is_sha_256_in_base64url() -> None:
    """The vector of FIPS 180-4 for ``abc``, unpadded."""
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    found = digest.fast("abc")
    assert found == "$sha256$ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
    assert urlsafe_b64decode(f"{found[8:]}=").hex() == expected


def test_a_slow_digest_has_the_parameters_of_the_design() -> None:
    """argon2id, 19,456 KiB, two passes, one lane, and a salt of its own each time."""
    one, two = digest.slow("a password"), digest.slow("a password")
    found = argon2.extract_parameters(one)
    assert (found.type, found.version) == (low_level.Type.ID, 19)
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19_456, 2, 1)
    assert one != two
    digest.check(one)
    assert digest.matches(one, "a password")


@pytest.mark.parametrize("made", [digest.fast, digest.slow])
def test_a_digest_matches_only_its_credential(made: Callable[[str], str]) -> None:
    """The credential, the whole of it, in its case."""
    stored = made("The credential é")
    candidates = ["The credential é", "The credential ", "the credential é", ""]
    found = [digest.matches(stored, text) for text in candidates]
    assert found == [True, False, False, False]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [(digest.fast("x"), False), (_phc(), True), ("$argon2i$v=19$m=1", False)],
)
def test_which_digests_are_slow(stored: str, *, expected: bool) -> None:
    """Only argon2id costs a slow hash."""
    assert digest.is_slow(stored) is expected


@pytest.mark.parametrize(
    "stored",
    [
        digest.fast("anything"),
        _phc(),
        _phc(19_456, 2, 4),
        _phc(19_456, 10),
        _phc(19_457, 3),
        _phc(47_104, 1),
        _phc(131_072, 1),
        _phc(131_072, 10, 4),
    ],
)
def test_digests_within_the_bounds_are_accepted(stored: str) -> None:
    """Up to and including each bound."""
    digest.check(stored)


@pytest.mark.parametrize(
    "stored",
    [
        _phc(19_455, 2),
        _phc(19_455, 10),
        _phc(47_103, 1),
        _phc(19_456, 1),
        _phc(131_073, 2),
        _phc(19_456, 11),
        _phc(19_456, 2, 5),
        _phc(8, 1),
        _phc(2_097_152, 1),
        _phc(9_999_999, 999, 999),
    ],
)
def test_argon2id_out_of_bounds_is_refused_before_hashing(
    stored: str, hashes: list[bytes]
) -> None:
    """One beyond each bound, and argon2 is never called."""
    with pytest.raises(ValueError, match=r"^argon2id parameters out of bounds$"):
        digest.check(stored)
    assert hashes == []


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "secret",
        "$sha256$",
        digest.fast("x")[:-1],
        digest.fast("x") + "A",
        digest.fast("x") + "=",
        digest.fast("x") + "\n",
        digest.fast("x").replace("sha256", "SHA256"),
        digest.fast("x").replace("sha256", "sha512"),
        "$sha256$" + "+" * 43,
        "$sha256$" + "\u0661" * 43,
        _phc().replace("argon2id", "argon2i"),
        _phc().replace("argon2id", "argon2d"),
        _phc().replace("v=19", "v=16"),
        _phc().replace("$v=19", ""),
        _phc("019456"),
        _phc("19456 "),
        _phc("-19456"),
        _phc("\u0661\u0669\u0664\u0665\u0666"),
        _phc("10000000000"),
        _phc(0),
        _phc(passes=0),
        _phc(lanes=0),
        _phc(lanes="1,keyid=x"),
        _phc(rest=f"{'A' * 10}${'A' * 43}"),
        _phc(rest=f"{'A' * 87}${'A' * 43}"),
        _phc(rest=f"{'A' * 22}${'A' * 21}"),
        _phc(rest=f"{'A' * 22}${'A' * 87}"),
        _phc(rest=f"{'A' * 22}${'A' * 42}_"),
        _phc(rest=f"{'A' * 22}"),
        f"{_phc()}$",
        f"{_phc()}\n",
        f" {_phc()}",
    ],
)
def test_another_grammar_is_not_a_digest(stored: str, hashes: list[bytes]) -> None:
    """Other algorithms, versions, digits and lengths are refused unread."""
    with pytest.raises(ValueError, match=r"^not a digest$"):
        digest.check(stored)
    assert hashes == []


def test_a_salt_that_is_not_base64_makes_the_digest_unreadable() -> None:
    """What passes the grammar and not argon2 is a ValueError, no mismatch."""
    stored = _phc(rest=f"{'A' * 13}${'A' * 43}")
    digest.check(stored)
    with pytest.raises(ValueError, match=r"^argon2id cannot read the digest$"):
        digest.matches(stored, "anything")


def test_what_was_never_checked_is_unreadable() -> None:
    """A digest that looks slow but is not one is a ValueError, too."""
    with pytest.raises(ValueError, match=r"^not a digest$"):
        digest.matches("$argon2id$", "anything")


def test_a_salt_has_one_spelling() -> None:
    """Spare bits at its end would be a second one, which argon2 itself never writes."""
    stored = digest.slow("x")
    head, salt, made = stored.rsplit("$", 2)
    spelled = chr(ord(salt[-1]) + 1)
    with pytest.raises(ValueError, match=r"^argon2id cannot read the digest$"):
        digest.matches(f"{head}${salt[:-1]}{spelled}${made}", "x")


def test_two_digests_of_one_salt_cost_one_hash(hashes: list[bytes]) -> None:
    """A password and the one that it replaces are told from others by one slow hash."""
    new = digest.slow("new password")
    both = (new, digest.like(new, "old password"))
    assert digest.have_one_salt(*both)
    assert not digest.have_one_salt(new, digest.slow("new password"))
    assert not digest.have_one_salt(digest.fast("a"), digest.fast("a"))
    hashes.clear()
    texts = ["new password", "old password", "another"]
    assert [digest.matches_any(both, text) for text in texts] == [True, True, False]
    assert hashes == [text.encode() for text in texts]


def test_what_is_made_like_a_digest_is_argon2s_own() -> None:
    """The reference implementation verifies it, at every parameter that is allowed."""
    for stored in (digest.slow("x"), argon2.PasswordHasher(3, 20_000, 2).hash("x")):
        made = digest.like(stored, "another")
        assert low_level.verify_secret(made.encode(), b"another", low_level.Type.ID)


def test_nothing_is_made_like_what_is_not_a_digest(hashes: list[bytes]) -> None:
    """A fault, and no hash; the message does not show it."""
    with pytest.raises(ValueError, match=r"^not a digest$"):
        digest.like("$argon2id$v=19$canary", "canary")
    assert hashes == []


def test_a_fast_digest_never_runs_argon2(hashes: list[bytes]) -> None:
    """Keys minted here cost one SHA-256."""
    assert digest.matches(digest.fast("x"), "x")
    assert hashes == []


def test_a_slow_digest_runs_argon2_once(hashes: list[bytes]) -> None:
    """One comparison is one slow hash."""
    assert not digest.matches(digest.slow("x"), "y")
    assert hashes == [b"y"]


def test_argon2_is_imported_when_a_digest_needs_it() -> None:
    """Fast digests leave it unloaded; a slow one loads only its bindings."""
    script = (
        "import sys; from apikeys import digest\n"
        "def loaded(): print(*(name in sys.modules for name in"
        " ('_argon2_cffi_bindings', 'argon2', 'dataclasses')))\n"
        "digest.matches(digest.fast('x'), 'x'); loaded()\n"
        f"digest.matches({digest.slow('x')!r}, 'x'); loaded()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"] * 3 + ["True"] + ["False"] * 2


def test_the_slow_hash_is_argon2id_as_the_rfc_has_it() -> None:
    """What argon2-cffi itself makes of the same secret, salt and parameters."""
    cost = {"memory_kib": 64, "passes": 3, "lanes": 4, "length": 24}
    made = digest.argon2id(b"secret \0 secret", b"0123456789abcdef", **cost)
    assert made == low_level.hash_secret_raw(
        b"secret \0 secret", b"0123456789abcdef", 3, 64, 4, 24, low_level.Type.ID
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"memory_kib": 2**31}, MemoryError),
        ({"memory_kib": 4}, RuntimeError),
        ({"passes": 0}, RuntimeError),
        ({"lanes": 0}, RuntimeError),
        ({"length": 1}, RuntimeError),
    ],
)
def test_a_slow_hash_that_was_not_computed_is_not_a_mismatch(
    changes: dict[str, int], error: type[Exception]
) -> None:
    """Neither without the memory nor under parameters that argon2 refuses."""
    cost = {"memory_kib": 64, "passes": 1, "lanes": 1, "length": 32} | changes
    with pytest.raises(error):
        digest.argon2id(b"secret", b"0123456789abcdef", **cost)


def test_a_fast_digest_hides_the_credential() -> None:
    """Nothing of the key but its SHA-256 is in its digest."""
    stored = digest.fast("credential")
    assert hashlib.sha256(b"credential").hexdigest() not in stored
    assert len(stored) == len("$sha256$") + 43
