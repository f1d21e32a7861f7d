"""The ``Authorization`` header with the Basic scheme."""

from __future__ import annotations

from base64 import b64encode

import pytest

from apikeys.decision import Reason
from authorizer.events import read
from authorizer.events.basic import has_basic_scheme, presented
from tests.builders import basic, event_with


def _presented(value: object, multi: object = None) -> tuple[str, str] | Reason:
    return presented(read(event_with({"Authorization": value}, multi)))


def _decoding_to(decoded: bytes) -> str:
    return f"Basic {b64encode(decoded).decode()}"


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "bAsIc"])
def test_the_scheme_is_read_in_every_case(scheme: str) -> None:
    """RFC 7617 section 2."""
    assert _presented(basic("ada", "open sesame", scheme)) == ("ada", "open sesame")


@pytest.mark.parametrize("spaces", [2, 3, 100])
def test_several_spaces_may_follow_the_scheme(spaces: int) -> None:
    """RFC 9110 section 11.4: one or more; they count in the length."""
    value = basic("ada", "open sesame").replace(" ", " " * spaces)
    assert _presented(value) == ("ada", "open sesame")
    assert has_basic_scheme(read(event_with({"Authorization": value})))
    assert _presented(value.replace(" ", " " * 2_048)) is Reason.MALFORMED


def test_the_example_of_the_rfc() -> None:
    """RFC 7617 section 2: Aladdin."""
    value = "Basic " + "QWxhZGRpbjpvcGVu" + "IHNlc2FtZQ=="
    assert _presented(value) == ("Aladdin", "open sesame")


@pytest.mark.parametrize(
    "password",
    [
        *[":", "::", "a:b", ":a", "a:", " ", " a ", ",", '"', "\\", "%3A", "${x}"],
        *["ä", "пароль", "密码", "🔑", "\xa0", "\u2028", "\u200b", "\ufeff", "a \x80"],
        *["a" * 128, "密" * 128, "🔑" * 128],
    ],
)
def test_the_password_is_all_after_the_first_colon(password: str) -> None:
    """Colons, blanks and every script of UTF-8; nothing is trimmed."""
    assert _presented(basic("ada", password)) == ("ada", password)


@pytest.mark.parametrize("login", ["a", "a" * 128, "ada@example.org", "a+b.c_d-e"])
def test_the_login_is_all_before_the_first_colon(login: str) -> None:
    """Its grammar is ``is_login``'s."""
    assert _presented(basic(login, "x:y")) == (login, "x:y")


def test_a_password_is_the_same_from_every_keyboard() -> None:
    """Composed or decomposed: NFC."""
    assert _presented(basic("ada", "cafe\u0301")) == ("ada", "caf\u00e9")
    assert _presented(basic("ada", "caf\u00e9")) == ("ada", "caf\u00e9")


def test_the_longest_login_and_password_fit_however_they_are_written() -> None:
    """Each of 128 syllables in nine bytes, as a decomposing keyboard sends them."""
    value = basic("a" * 128, "\u1112\u1161\u11ab" * 128)
    assert _presented(value) == ("a" * 128, "\ud55c" * 128)


def test_what_is_longer_is_not_decoded() -> None:
    """2,048 characters in all, then malformed; a megabyte as quickly."""
    padding = 3 * ((2_048 - len("Basic ")) // 4) - len("ada:")
    fits = basic("ada", "x" * padding)
    assert 2_048 - 4 < len(fits) <= 2_048
    assert _presented(fits) == ("ada", "x" * padding)
    assert _presented(basic("ada", "x" * (padding + 1))) is Reason.MALFORMED
    assert _presented(basic("ada", "x" * 1_000_000)) is Reason.MALFORMED


@pytest.mark.parametrize(
    "value",
    [
        *["Basic", "Basic ", "Basic =", "Basic ====", "basic", "x"],
        *["Bearer x", "Digest x", f"Basically {basic('ada', 'x')[6:]}"],
        basic("ada", "x", "Bearer"),
        basic("ada", "x", " Basic"),
        basic("ada", "x", "\uff22asic"),
        basic("ada", "x").replace(" ", "\t"),
        basic("ada", "x").replace(" ", " \t"),
        basic("ada", "x").replace(" ", "\t "),
        basic("ada", "x").replace(" ", "\xa0"),
        basic("ada", "x").replace(" ", " \u2003"),
        basic("ada", "x").replace(" ", ""),
        basic("ada", "x") + " ",
        basic("ada", "xy") + "=",
        basic("ada", "xyz").rstrip("="),
        basic("ada", "x") + "\n",
    ],
)
def test_another_scheme_or_spelling_is_malformed(value: str) -> None:
    """Spaces, then base64 and nothing else."""
    assert _presented(value) is Reason.MALFORMED


@pytest.mark.parametrize(
    "decoded",
    [
        *[b"", b":", b"ada", b"ada:", b":x", b"ada x", b"ada;x"],
        *[b"ada\xff:x", b"ada:\xff", b"ada:\xc0\xba", b"ada:\xed\xa0\x80"],
        "ada:é".encode("latin-1"),
        "ada:é".encode("utf-16"),
        *[f"ada:x{chr(code)}y".encode() for code in (*range(32), 127)],
        *[b"\xef\xbb\xbfada:x", b"a da:x", b" ada:x", b"ada :x", b"ada\x00:x"],
        *["ädä:x".encode(), b"a/b:x", b"../ada:x", b"a-123456:x", b"*:x"],
        b"a" * 129 + b":x",
    ],
)
def test_what_holds_no_login_and_password_is_malformed(decoded: bytes) -> None:
    """No colon, an empty part, no UTF-8, control characters (RFC 5234's), no login."""
    assert _presented(_decoding_to(decoded)) is Reason.MALFORMED


def test_base64_has_one_spelling() -> None:
    """Spare bits, missing or further padding, line ends and other alphabets."""
    good = basic("ada", "??>>xy")
    assert good.endswith("Q==")
    assert "/" in good
    assert _presented(good) == ("ada", "??>>xy")
    others = [
        *[f"{good[:-3]}{last}==" for last in "RSTUVWXYZabcdef"],
        good[:-1],
        good[:-2],
        f"{good}=",
        f"{good[:-2]}*==",
        f"{good[:10]} {good[10:]}",
        f"{good[:10]}\r\n{good[10:]}",
        f"{good[:10]}={good[10:]}",
        f"{good[:10]}!{good[10:]}",
        good.replace("/", "_"),
        f"{good}AAAA",
    ]
    assert {_presented(value) for value in others} == {Reason.MALFORMED}


@pytest.mark.parametrize("value", [None, 5, ["x"], "Bäsic", "Basic \xa0", "Basic é"])
def test_what_is_not_printable_ascii_is_malformed(value: object) -> None:
    """The header, before it is decoded."""
    assert _presented(value) is Reason.MALFORMED


def test_two_readings_are_ambiguous_and_none_is_missing() -> None:
    """As ``single`` has it."""
    good = basic("ada", "x")
    assert _presented(good, {"Authorization": [good, good]}) is Reason.AMBIGUOUS
    assert _presented(f"{good},{good}") is Reason.AMBIGUOUS
    assert _presented("") is Reason.MISSING


@pytest.mark.parametrize(
    "value",
    [
        *["Basic", "basic", "BASIC ", "Basic x", " Basic x", "Basic\tx", "Basic \xa0"],
        *["Basic  x", "bASIC   ", "Basic \tx"],
        *["Basic é", "Bearer x, Basic y", "Bearer x,Basic", "Basic x, Bearer y"],
    ],
)
def test_a_login_is_presented_rightly_or_not(value: str) -> None:
    """So that what is nearly one is never ignored next to a key."""
    assert has_basic_scheme(read(event_with({"authorization": value})))


@pytest.mark.parametrize(
    "value",
    [
        *["", "Bearer x", "Basically x", "x Basic", "Bearer é", None, 5, ["x", None]],
        *['Digest username="x", realm="y"', "Negotiate Basic", "Bearer a,b"],
        "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=basic",
    ],
)
def test_another_scheme_presents_no_login(value: object) -> None:
    """Whatever it looks like: commas and other scripts, too."""
    assert not has_basic_scheme(read(event_with({"authorization": value})))
    assert not has_basic_scheme(read(event_with({"Accept": "Basic x"})))


@pytest.mark.parametrize(
    ("headers", "multi"),
    [
        ({"authorization": "Bearer x", "AUTHORIZATION": "Basic y"}, None),
        ({"authorization": "Bearer x"}, {"authorization": ["Bearer x", "Basic y"]}),
        ({"authorization": "Bearer x"}, {"Authorization": "Basic y"}),
        ({}, {"authorization": ["x"], "AUTHORIZATION": [None, "basic y"]}),
    ],
)
def test_a_login_in_one_reading_is_presented(headers: object, multi: object) -> None:
    """In whichever of several headers or values it is."""
    assert has_basic_scheme(read(event_with(headers, multi)))
