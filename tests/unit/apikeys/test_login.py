"""Logins, and passwords as they are compared."""

from __future__ import annotations

import re
from unicodedata import normalize

import pytest

from apikeys import login as login_module
from apikeys.login import check_password, is_login, normalise_password


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "Z",
        "0",
        "a" * 128,
        "ada.lovelace@example.org",
        "a+b_c-d",
        "a-12345",
        "a-1234567",
        "a-123456-",
        "1234567",
        "ABCDEFGHIJKLMNOP",
    ],
)
def test_what_is_a_login(text: str) -> None:
    """1 to 128 characters, the first a letter or a digit."""
    assert is_login(text)
    assert re.fullmatch(login_module.PATTERN, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 129,
        "a" * 1_000_000,
        *[".a", "_a", "@a", "+a", "-a", "-"],
        *["a b", "a:b", "a/b", "a\\b", "a\n", "\na", "a\x00", "a,b", "a*", "a=b"],
        *["é", "ab\u0661", "\uff41bc", "ab\u212a", "a\ud800", "a\ufeff"],
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
        "../APIKEY_x",
    ],
)
def test_what_is_not_a_login(text: str) -> None:
    """Other lengths, first characters, scripts; nothing like an ARN or a path."""
    assert not is_login(text)
    assert not re.fullmatch(login_module.PATTERN, text)


@pytest.mark.parametrize(
    "text", ["a-123456", "a-abcDEF", "a--12345-", "a--12345", "ada-b-c.d_ef"]
)
def test_a_login_does_not_end_like_an_arn(text: str) -> None:
    """A hyphen and six characters are what Secrets Manager appends to a name."""
    assert re.fullmatch(login_module.PATTERN, text)
    assert re.search("-.{6}$", text)
    assert not is_login(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain: ASCII ~", "plain: ASCII ~"),
        ("cafe\u0301", "caf\u00e9"),
        ("caf\u00e9", "caf\u00e9"),
        ("\u1112\u1161\u11ab", "\ud55c"),
        ("\u212b", "\u00c5"),
        ("\ufb01\uff21\u2460", "\ufb01\uff21\u2460"),
    ],
)
def test_a_password_is_compared_in_nfc(text: str, expected: str) -> None:
    """Composed, but no two passwords that look alike are made one: NFC, not NFKC."""
    assert normalise_password(text) == expected
    assert normalise_password(normalize("NFD", text)) == expected


def test_a_password_is_as_long_as_its_characters_however_they_are_written() -> None:
    """128 of four parts each are 128; one more is too long, and so is a million."""
    longest = "\u1f82" * 128
    assert check_password(normalize("NFD", longest)) == longest
    for text in (longest + "a", "a" + "\u0323\u0301" * 500_000):
        with pytest.raises(ValueError, match="12 to 128 characters"):
            check_password(normalize("NFD", text[:600]) + text[600:])
