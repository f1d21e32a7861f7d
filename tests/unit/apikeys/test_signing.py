"""The signing secret and its tags."""

from __future__ import annotations

import json

import pytest

from apikeys import base62
from apikeys.errors import MalformedSigningSecretError
from apikeys.signing import SigningKeys
from tests import independent
from tests.builders import SIGNING_TEXT, signing_secret


def test_a_tag_is_the_one_that_openssl_computes() -> None:
    """The format never changes: HMAC-SHA-256, its first 128 bits, 22 base62 digits."""
    signed = f"ak_{'0' * 16}_{'0' * 43}"
    # openssl dgst -sha256 -hmac kkk…: 154d864c6bf50ed818eae593d794514b…
    assert SigningKeys(b"k" * 32).tag(signed) == "0eCGb4gp3QGwx" + "XeTjbPCGJ"


def test_a_tag_of_a_small_number_keeps_its_leading_zeros() -> None:
    """Every tag has 22 characters, whatever the number."""
    keys = SigningKeys(SIGNING_TEXT.encode())
    texts = [f"text {number}" for number in range(500)]
    tags = [keys.tag(text) for text in texts]
    assert {len(tag) for tag in tags} == {22}
    assert tags == [independent.tag(SIGNING_TEXT, text) for text in texts]


def test_a_tag_of_the_largest_number_verifies_and_no_larger_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """128 bits are less than 22 digits can say."""
    monkeypatch.setattr("apikeys.signing._mac", lambda _keyed, _text: b"\xff" * 16)
    keys = SigningKeys(SIGNING_TEXT.encode())
    largest = keys.tag("signed")
    assert base62.decode(largest) == 2**128 - 1
    assert keys.verifies("signed", largest)
    for text in (base62.encode(2**128, 22), "z" * 22):
        assert not keys.verifies("signed", text)


def test_the_stored_secret_is_read() -> None:
    """``current`` and ``previous`` become bytes as UTF-8, in their order."""
    text = json.dumps({"current": "é" * 32, "previous": ["b" * 32, "c" * 64]})
    found = SigningKeys.parse(text)
    assert (found.current, found.previous) == (
        ("é" * 32).encode(),
        (b"b" * 32, b"c" * 64),
    )


@pytest.mark.parametrize("extra", [{}, {"previous": []}, {"lookup": "l" * 43}])
def test_previous_and_lookup_may_be_missing(extra: dict[str, object]) -> None:
    """A signing secret as the template makes it has only ``current``."""
    found = SigningKeys.parse(json.dumps({"current": SIGNING_TEXT} | extra))
    assert (found.current, found.previous) == (SIGNING_TEXT.encode(), ())


def test_the_ids_of_foreign_keys_follow_from_the_lookup_key_once_there_is_one() -> None:
    """Before the first import they follow from the signing key."""
    before = SigningKeys(b"c" * 32, (b"p" * 32,))
    assert before.naming_key == b"c" * 32
    assert SigningKeys(b"c" * 32, lookup=b"l" * 32).naming_key == b"l" * 32


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the signing secret is not a JSON object whose names are unique"),
        ("[]", "the signing secret is not a JSON object"),
        ("{}", "current in the signing secret is not a text of 32 or more"),
        (
            json.dumps({"current": "s" * 31}),
            "current in the signing secret is not a text of 32 or more",
        ),
        (
            json.dumps({"current": ["s" * 32]}),
            "current in the signing secret is not a text of 32 or more",
        ),
        (
            json.dumps({"current": "\ud800" * 32}),
            "current in the signing secret is not a text of 32 or more",
        ),
        (
            json.dumps({"current": "s" * 32, "previous": "p" * 32}),
            "previous in the signing secret is not a list",
        ),
        (
            json.dumps({"current": "s" * 32, "previous": [None]}),
            "previous in the signing secret is not a text of 32 or more",
        ),
        (
            json.dumps({"current": "s" * 32, "previous": ["p" * 32, "p"]}),
            "previous in the signing secret is not a text of 32 or more",
        ),
        (
            '{"current": "' + "s" * 32 + '", "current": "' + "t" * 32 + '"}',
            "the signing secret is not a JSON object whose names are unique",
        ),
    ],
)
def test_an_unreadable_signing_secret_is_refused_without_its_content(
    text: str, message: str
) -> None:
    """The error names the field and quotes nothing."""
    with pytest.raises(MalformedSigningSecretError) as caught:
        SigningKeys.parse(text)
    assert str(caught.value) == message


def test_32_characters_are_enough() -> None:
    """The shortest signing key has 32 characters."""
    assert SigningKeys.parse(signing_secret("s" * 32)).current == b"s" * 32


def test_repr_only_counts_the_previous_keys() -> None:
    """No byte of a signing key is ever shown."""
    keys = SigningKeys.parse(signing_secret(SIGNING_TEXT, "p" * 32, "q" * 32))
    assert repr(keys) == "SigningKeys(… and 2 previous)"
