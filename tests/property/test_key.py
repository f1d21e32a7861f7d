"""What holds for every key."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from apikeys.errors import MalformedKeyError
from apikeys.key import MAX_LENGTH, Key, mint
from apikeys.signing import SigningKeys
from tests.builders import SIGNING_KEYS
from tests.independent import DIGITS

_prefixes = st.from_regex(r"[a-z][a-z0-9]{1,11}", fullmatch=True)
_key_ids = st.text(DIGITS, min_size=16, max_size=16)
_secrets = st.binary(min_size=32, max_size=32)
_keys = st.builds(
    lambda prefix, key_id, secret: mint(prefix, key_id, SIGNING_KEYS, lambda _: secret),
    _prefixes,
    _key_ids,
    _secrets,
)


def _is_refused(text: str) -> bool:
    try:
        return not Key.parse(text).is_genuine(SIGNING_KEYS)
    except MalformedKeyError:
        return True


@given(_prefixes, _key_ids, _secrets)
def test_what_was_minted_is_genuine_when_read_back(
    prefix: str, key_id: str, secret: bytes
) -> None:
    """In its parts, in its length, under its signing key and under no other."""
    key = mint(prefix, key_id, SIGNING_KEYS, lambda _: secret)
    parsed = Key.parse(key.text)
    assert (parsed.prefix, parsed.key_id) == (prefix, key_id)
    assert len(key.text) == len(prefix) + 83 <= MAX_LENGTH
    assert parsed.is_genuine(SIGNING_KEYS)
    assert not parsed.is_genuine(SigningKeys(b"x" * 32))


@settings(max_examples=20)
@given(_keys, st.sampled_from([*DIGITS, "_", "-", " ", "\n", "é", "\u0661"]))
def test_no_changed_character_passes(key: Key, character: str) -> None:
    """Every position, one character in the place of another."""
    text = key.text
    changed = [
        text[:place] + character + text[place + 1 :]
        for place in range(len(text))
        if text[place] != character
    ]
    assert all(_is_refused(typo) for typo in changed)


@settings(max_examples=2)
@given(_keys)
def test_no_substitution_at_all_passes(key: Key) -> None:
    """Every position times every character that a key may hold."""
    text = key.text
    changed = [
        text[:place] + character + text[place + 1 :]
        for place in range(len(text))
        for character in f"{DIGITS}_"
        if text[place] != character
    ]
    assert len(changed) == 62 * len(text)
    assert all(_is_refused(typo) for typo in changed)


@settings(max_examples=50)
@given(_keys)
def test_no_swap_of_neighbours_passes(key: Key) -> None:
    """The commonest typo after the wrong key."""
    text = key.text
    swapped = [
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for place in range(len(text) - 1)
        if text[place] != text[place + 1]
    ]
    assert all(_is_refused(typo) for typo in swapped)


@settings(max_examples=50)
@given(_keys, st.data())
def test_no_lost_or_doubled_character_passes(key: Key, data: st.DataObject) -> None:
    """Neither a shorter nor a longer text, cut anywhere."""
    text = key.text
    place = data.draw(st.integers(0, len(text) - 1))
    typos = [
        text[:place] + text[place + 1 :],
        text[:place] + text[place] + text[place:],
    ]
    assert all(_is_refused(typo) for typo in typos)


@given(st.text(max_size=200))
def test_any_text_is_a_key_or_malformed(text: str) -> None:
    """Nothing else comes out of parsing, and what is a key is ASCII."""
    try:
        assert Key.parse(text).text == text
    except MalformedKeyError:
        return
    assert text.isascii()
