"""Basic credentials: whatever is presented, one reading or a refusal."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from unicodedata import normalize

from hypothesis import example, given
from hypothesis import strategies as st

from apikeys import login as login_module
from apikeys.decision import Reason
from authorizer.events import read
from authorizer.events.basic import has_basic_scheme, presented
from tests.builders import basic, event_with

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_logins = st.from_regex(login_module.PATTERN, fullmatch=True).filter(
    lambda text: text[-7:-6] != "-"
)
_passwords = st.text(
    st.characters(exclude_categories=["Cs"]).filter(
        lambda c: not (c < " " or c == "\x7f")
    ),
    min_size=1,
    max_size=128,
)


def _presented(value: object, multi: object = None) -> tuple[str, str] | Reason:
    return presented(read(event_with({"Authorization": value}, multi)))


def _is_sound(found: tuple[str, str] | Reason) -> bool:
    if isinstance(found, Reason):
        return found in {Reason.MISSING, Reason.AMBIGUOUS, Reason.MALFORMED}
    login, password = found
    return bool(re.fullmatch(login_module.PATTERN, login)) and password != ""


@given(_logins, _passwords, st.integers(0, 40))
def test_every_login_and_password_comes_back(
    login: str, password: str, further_spaces: int
) -> None:
    """As it was sent, the password in NFC, after one space or more."""
    value = basic(login, password, "Basic" + " " * further_spaces)
    assert _presented(value) == (login, normalize("NFC", password))
    assert has_basic_scheme(read(event_with({"Authorization": value})))


@given(st.binary(max_size=60), _logins)
@example(b"", "ada")
@example(b"\xff", "ada")
def test_any_bytes_are_read_or_refused(tail: bytes, login: str) -> None:
    """Never an error; what is read is exactly what is there."""
    for decoded in (tail, login.encode() + b":" + tail):
        found = _presented(f"Basic {b64encode(decoded).decode()}")
        assert _is_sound(found)
        if not isinstance(found, Reason):
            name, _, password = decoded.decode().partition(":")
            assert found == (name, normalize("NFC", password))


@given(
    st.text(max_size=40)
    | st.text(_BASE64 + "= ,:", max_size=40)
    | st.none()
    | st.integers()
    | st.lists(st.text(max_size=5), max_size=2)
)
def test_any_header_is_read_or_refused(value: object) -> None:
    """With the scheme or without, in one reading or two."""
    for header in (value, f"Basic {value}", f"basic{value}"):
        assert _is_sound(_presented(header))
        assert _is_sound(_presented(header, {"Authorization": [header]}))
        assert isinstance(
            has_basic_scheme(read(event_with({"Authorization": header}))), bool
        )


@given(
    st.text("BbAaSsIiCc", min_size=4, max_size=6)
    | st.sampled_from(["Basic", "Bearer"]),
    st.text(" \t\n\r\f\v,\xa0\u2003\u3000", max_size=4),
    _logins,
)
@example("basic", "  ", "ada")
@example("Basic", " \t", "ada")
def test_a_login_is_read_only_where_the_scheme_is_seen(
    scheme: str, between: str, login: str
) -> None:
    """Only spaces part the two; with a key nothing that would be read is missed."""
    value = f"{scheme}{between}{b64encode(f'{login}:x'.encode()).decode()}"
    request = read(event_with({"Authorization": value}))
    is_read = presented(request) == (login, "x")
    is_spaced = between != "" and between.strip(" ") == ""
    assert is_read == (scheme.lower() == "basic" and is_spaced)
    assert has_basic_scheme(request) or not is_read


@given(_logins, _passwords, st.data())
def test_no_other_spelling_says_the_same(
    login: str, password: str, data: st.DataObject
) -> None:
    """One character of the base64 exchanged, added or left out: never the same pair."""
    value = basic(login, password)
    at = data.draw(st.integers(len("Basic "), len(value)))
    other = data.draw(st.sampled_from(f"{_BASE64}=-_ \n"))
    expected = (login, normalize("NFC", password))
    for changed in (
        f"{value[:at]}{other}{value[at:]}",
        f"{value[:at]}{value[at + 1 :]}",
        f"{value[:at]}{other}{value[at + 1 :]}",
    ):
        found = _presented(changed)
        assert _is_sound(found)
        # Unless it says another spelling of the same letters, which NFC makes one.
        assert (
            found != expected
            or changed in {value, value.replace(" ", "  ")}
            or b64decode(changed[6:]) != b64decode(value[6:])
        )
