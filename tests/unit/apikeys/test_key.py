"""The key: its grammar, its tag, how it is minted."""

from __future__ import annotations

import os

import pytest

from apikeys.errors import MalformedKeyError
from apikeys.key import MAX_LENGTH, Key, derived_key_id, mint, random_key_id
from apikeys.signing import SigningKeys
from tests import independent
from tests.builders import SIGNING_KEYS, SIGNING_TEXT, a_key, entropy, forged

_BODY = "0" * 16 + "_" + "A" * 65


def test_a_minted_key_is_read_back() -> None:
    """What was minted parses into the same parts and is genuine."""
    minted = a_key()
    parsed = Key.parse(minted.text)
    assert (parsed.text, parsed.prefix, parsed.key_id, len(parsed.text)) == (
        minted.text,
        "ak",
        minted.key_id,
        85,
    )
    assert parsed.is_genuine(SIGNING_KEYS)


def test_a_minted_key_has_256_secret_bits_and_the_tag_of_the_design() -> None:
    """Secret and tag are those that an independent implementation computes."""
    number = (1 << 255) + 12_345
    key = mint("ak", "0" * 16, SIGNING_KEYS, number.to_bytes)
    signed = f"ak_{'0' * 16}_{independent.base62_digits(number, 43)}"
    assert key.text == signed + independent.tag(SIGNING_TEXT, signed)


def test_the_largest_secret_fits() -> None:
    """32 bytes of ones take all 43 characters."""
    key = mint("ak", "0" * 16, SIGNING_KEYS, lambda size: b"\xff" * size)
    secret = key.text.split("_")[2][:43]
    assert independent.base62_number(secret) == 2**256 - 1


@pytest.mark.parametrize("prefix", ["ab", "a1", "a" + "9" * 11, "abcdefghijkl"])
def test_a_prefix_has_2_to_12_characters(prefix: str) -> None:
    """Every prefix of the grammar is read, up to the longest key."""
    text = f"{prefix}_{_BODY}"
    assert (Key.parse(text).prefix, len(text) <= MAX_LENGTH) == (prefix, True)


def test_the_longest_key_has_95_characters() -> None:
    """The bound on the length admits the longest key and no more."""
    assert len(f"abcdefghijkl_{_BODY}") == MAX_LENGTH == 95


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "ak",
        f"a_{_BODY}",
        f"abcdefghijklm_{_BODY}",
        f"1k_{_BODY}",
        f"Ak_{_BODY}",
        f"aK_{_BODY}",
        f"a-_{_BODY}",
        f"_{_BODY}",
        f"ak_{_BODY}0",
        f"ak_{_BODY}"[:-1],
        f"ak_{_BODY[1:]}",
        f"ak_0{_BODY}",
        f"ak-{_BODY}",
        f"ak_{_BODY} ",
        f" ak_{_BODY}",
        f"ak_{_BODY}\n",
        f"ak_{_BODY[:-1]}\n",
        f"ak_{_BODY[:-1]}\uff11",
        f"ak_{_BODY[:-1]}\u0661",
        f"ak_{_BODY[:-1]}-",
        f"ak_{_BODY[:-1]}_",
        f"\ufb01_{_BODY}",
        f"ak_{_BODY}" * 100_000,
    ],
)
def test_another_grammar_is_malformed(raw: str) -> None:
    """Wrong lengths, cases, separators, blanks and foreign digits are not a key."""
    with pytest.raises(MalformedKeyError) as caught:
        Key.parse(raw)
    assert str(caught.value) == ""


def test_a_key_under_a_former_prefix_stays_genuine() -> None:
    """The deployment's prefix may change: the tag covers the key's own."""
    assert Key.parse(a_key(prefix="old1").text).is_genuine(SIGNING_KEYS)


def test_another_prefix_on_the_same_key_is_forged() -> None:
    """The prefix can't be exchanged."""
    assert not Key.parse("zz" + a_key().text[2:]).is_genuine(SIGNING_KEYS)


def test_a_tag_by_a_previous_signing_key_verifies() -> None:
    """After a rotation of the signing key both generations of keys pass, no third."""
    old, older, foreign = (SigningKeys(entropy(s)(32)) for s in ("1", "2", "3"))
    rotated = SigningKeys(b"new" * 11, (old.current, older.current))
    genuine = [
        a_key(signing_keys=keys).is_genuine(rotated)
        for keys in (rotated, old, older, foreign)
    ]
    assert genuine == [True, True, True, False]


def test_a_new_key_is_signed_with_the_current_signing_key() -> None:
    """Minting never uses a previous one."""
    rotated = SigningKeys(b"new" * 11, (SIGNING_KEYS.current,))
    assert not a_key(signing_keys=rotated).is_genuine(SIGNING_KEYS)


def test_a_changed_tag_is_forged() -> None:
    """One other character at the end and the key is not genuine."""
    assert not Key.parse(forged(a_key())).is_genuine(SIGNING_KEYS)


def test_a_tag_beyond_128_bits_is_forged() -> None:
    """22 digits can write numbers that no tag has: they are refused, not wrapped."""
    genuine = a_key().text
    number = independent.base62_number(genuine[-22:])
    wrapped = genuine[:-22] + independent.base62_digits(number + 2**128, 22)
    beyond = [wrapped, genuine[:-22] + "z" * 22]
    assert [Key.parse(text).is_genuine(SIGNING_KEYS) for text in beyond] == [False] * 2


def test_repr_shows_only_the_public_part() -> None:
    """A key in a log or a traceback shows prefix and key id."""
    key = a_key()
    assert repr(key) == f"Key(ak_{key.key_id}_…)"


def test_a_random_key_id_is_drawn_from_the_source_given() -> None:
    """16 base62 characters that follow from the bytes drawn."""
    drawn = bytes(range(32))
    expected = independent.base62_digits(int(drawn.hex(), 16) % 62**16, 16)
    assert random_key_id(lambda size: drawn[:size]) == expected


def test_random_key_ids_differ() -> None:
    """A thousand ids from the operating system's source are a thousand."""
    assert len({random_key_id(os.urandom) for _ in range(1_000)}) == 1_000


def test_the_key_id_of_a_request_token_follows_from_it() -> None:
    """The same token gives the same id in every version, another token another."""
    token = f"retry-{'0' * 32}"
    # SHA-256 of "request token retry-000…" modulo 62**16, in base62.
    assert derived_key_id(token) == "05qsNtSLCM3FyrEH"
    assert derived_key_id(f"{token}1") != derived_key_id(token)
