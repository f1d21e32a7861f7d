"""Where a credential is read, and that there is exactly one."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from apikeys.decision import Reason
from authorizer.credential import Credential
from authorizer.events import read
from authorizer.identity_source import IdentitySource
from authorizer.settings import Settings
from tests.builders import (
    SIGNING_KEYS,
    a_key,
    at,
    basic,
    event_with,
    foreign_key,
    forged,
)
from tests.fakes import SIGNING_NAME
from tests.gateway_events import HEADER_KINDS, event_of, key_event

if TYPE_CHECKING:
    from apikeys.signing import SigningKeys

_KEY = a_key()
_GOOD = basic("ada", "open sesame")
_SIGV4 = "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y"


def _read(
    kinds: str, headers: object, multi: object = None, **environ: str
) -> Credential | Reason:
    settings = Settings(
        {"SIGNING_SECRET": SIGNING_NAME, "CREDENTIALS": kinds} | environ
    )
    request = read(event_with(headers, multi))
    identity_source = IdentitySource(settings, lambda _clock: SIGNING_KEYS)
    return identity_source.read(request, at())


def _read_token(kinds: str, value: object) -> Credential | Reason:
    settings = Settings({"SIGNING_SECRET": SIGNING_NAME, "CREDENTIALS": kinds})
    event = key_event("rest-token", None) | {"authorizationToken": value}
    return IdentitySource(settings, lambda _clock: SIGNING_KEYS).read(read(event), at())


def _told(found: Credential | Reason) -> object:
    return found if isinstance(found, Reason) else found.login or found.key_id


@pytest.mark.parametrize(
    ("kinds", "headers", "expected"),
    [
        ("api-key", {"X-API-Key": _KEY.text}, _KEY.key_id),
        ("api-key", {"Authorization": _GOOD}, "missing"),
        ("api-key", {"X-API-Key": _KEY.text, "Authorization": _GOOD}, _KEY.key_id),
        ("api-key", {"X-API-Key": _GOOD}, "malformed"),
        ("basic", {"Authorization": _GOOD}, "ada"),
        ("basic", {"X-API-Key": _KEY.text}, "missing"),
        ("basic", {"X-API-Key": _KEY.text, "Authorization": _GOOD}, "ada"),
        ("basic", {"X-API-Key": "a,b", "Authorization": _GOOD}, "ada"),
        ("basic", {"Authorization": "Bearer x"}, "malformed"),
        ("basic", {"Authorization": _KEY.text}, "malformed"),
        ("basic", {"Authorization": _SIGV4}, "ambiguous"),
        ("basic", {}, "missing"),
        ("api-key,basic", {}, "missing"),
        ("api-key,basic", {"X-API-Key": _KEY.text}, _KEY.key_id),
        ("api-key,basic", {"Authorization": _GOOD}, "ada"),
        ("api-key,basic", {"Authorization": "Basic"}, "malformed"),
        ("api-key,basic", {"Authorization": "Basic x"}, "malformed"),
        ("api-key,basic", {"Authorization": f"{_GOOD},{_GOOD}"}, "ambiguous"),
        ("api-key,basic", {"Authorization": "Bearer x"}, "missing"),
        ("api-key,basic", {"Authorization": _SIGV4}, "missing"),
        ("api-key,basic", {"X-API-Key": forged(_KEY)}, "forged"),
        ("api-key,basic", {"X-API-Key": "", "Authorization": _GOOD}, "ada"),
        ("api-key,basic", {"X-API-Key": _KEY.text, "Authorization": ""}, _KEY.key_id),
    ],
)
def test_what_is_read_of_which_header(
    kinds: str, headers: dict[str, str], expected: str
) -> None:
    """The kinds that the setting names, each in its place, and nothing else."""
    assert _told(_read(kinds, headers)) == expected
    multi = {name.lower(): [value] for name, value in headers.items()}
    assert _told(_read(kinds, headers, multi)) == expected


@pytest.mark.parametrize(
    ("value", "api_key", "basic_alone", "both"),
    [
        (_KEY.text, _KEY.key_id, "malformed", _KEY.key_id),
        (_GOOD, "malformed", "ada", "ada"),
        (_GOOD.replace("Basic", "bAsIc"), "malformed", "ada", "ada"),
        (forged(_KEY), "forged", "malformed", "forged"),
        ("Basic", "malformed", "malformed", "malformed"),
        ("Basic x", "malformed", "malformed", "malformed"),
        (f"Bearer {_KEY.text}", "malformed", "malformed", "malformed"),
        (f"{_KEY.text},{_KEY.text}", "ambiguous", "ambiguous", "ambiguous"),
        (f"{_KEY.text},{_GOOD}", "ambiguous", "ambiguous", "ambiguous"),
        (f"{_GOOD},{_GOOD}", "ambiguous", "ambiguous", "ambiguous"),
        ("", "missing", "missing", "missing"),
        ("é", "malformed", "malformed", "malformed"),
        (None, "malformed", "malformed", "malformed"),
        ([_KEY.text], "malformed", "malformed", "malformed"),
    ],
)
def test_a_token_is_a_key_or_a_login_by_its_scheme(
    value: object, api_key: str, basic_alone: str, both: str
) -> None:
    """One value is never two credentials, whatever the deployment takes."""
    found = [
        _told(_read_token(kinds, value))
        for kinds in ("api-key", "basic", "api-key,basic")
    ]
    assert found == [api_key, basic_alone, both]


@pytest.mark.parametrize("kind", HEADER_KINDS)
def test_a_login_is_read_of_every_kind_that_has_headers(kind: str) -> None:
    """And with a key it is ambiguous in each."""
    for kinds in ("basic", "api-key,basic"):
        settings = Settings({"SIGNING_SECRET": SIGNING_NAME, "CREDENTIALS": kinds})
        source = IdentitySource(settings, lambda _clock: SIGNING_KEYS)
        login = event_of(kind, {"Authorization": _GOOD})
        assert _told(source.read(read(login), at())) == "ada"
        both = event_of(kind, {"Authorization": _GOOD, "X-API-Key": _KEY.text})
        assert _told(source.read(read(both), at())) == (
            "ada" if kinds == "basic" else "ambiguous"
        )


@pytest.mark.parametrize("value", [_GOOD, "Basic", "basic x", "Bearer x, Basic y"])
@pytest.mark.parametrize("key", [_KEY.text, forged(_KEY), "no key", "a,b", "é"])
def test_a_basic_header_with_a_key_is_ambiguous(value: str, key: str) -> None:
    """However good or bad either is, in every order and case of the headers."""
    for names in (("X-API-Key", "Authorization"), ("x-api-key", "AUTHORIZATION")):
        for pairs in permutations(zip(names, (key, value), strict=True)):
            assert _read("api-key,basic", dict(pairs)) is Reason.AMBIGUOUS
    multi = {"X-API-Key": [key], "Authorization": ["Bearer x", value]}
    headers = {"X-API-Key": key, "Authorization": "Bearer x"}
    assert _read("api-key,basic", headers, multi) is Reason.AMBIGUOUS


@pytest.mark.parametrize("value", ["Bearer x", "Bearer é", "Basically", _SIGV4])
def test_another_scheme_with_a_key_is_ignored(value: str) -> None:
    """A gateway's signature or a session's token, commas and all."""
    headers = {"Authorization": value, "X-API-Key": _KEY.text}
    assert _told(_read("api-key,basic", headers)) == _KEY.key_id
    multi = {"X-API-Key": [_KEY.text], "Authorization": [value, value]}
    assert _told(_read("api-key,basic", headers, multi)) == _KEY.key_id


@pytest.mark.parametrize(
    ("headers", "multi"),
    [
        ({"Authorization": _GOOD, "authorization": _GOOD}, None),
        ({"Authorization": _GOOD}, {"Authorization": [_GOOD, _GOOD]}),
        ({"Authorization": _GOOD}, {"Authorization": [basic("eve", "x")]}),
        ({"Authorization": _GOOD}, {"Accept": ["*/*"]}),
        ({}, {"Authorization": [_GOOD]}),
    ],
)
@pytest.mark.parametrize("kinds", ["basic", "api-key,basic"])
def test_two_readings_of_a_login_are_ambiguous(
    kinds: str, headers: object, multi: object
) -> None:
    """Even where they agree."""
    assert _read(kinds, headers, multi) is Reason.AMBIGUOUS


@pytest.mark.parametrize(
    "name", ["Authorizat\u0131on", "Authorization ", "Proxy-Authorization", "Cookie"]
)
def test_no_other_header_holds_a_login(name: str) -> None:
    """Not a look-alike, not the proxy's."""
    assert _read("basic", {name: _GOOD}) is Reason.MISSING


@pytest.mark.parametrize("mode", ["imported", "ontopop"])
@pytest.mark.parametrize("tag_check", ["on", "off"])
def test_the_shape_of_a_key_minted_here_is_never_foreign(
    mode: str, tag_check: str
) -> None:
    """Forged it is forged; without the tag check it has its one place."""
    environ = {"LEGACY_KEYS": mode, "TAG_CHECK": tag_check}
    found = _read("api-key", {"X-API-Key": forged(_KEY)}, **environ)
    if tag_check == "on":
        assert found is Reason.FORGED
        return
    assert isinstance(found, Credential)
    assert [place.name for place in found.references] == [f"APIKEY_{_KEY.key_id}"]


def test_foreign_keys_are_read_only_where_the_setting_says_so() -> None:
    """Off is the default; a login is never one."""
    headers = {"X-API-Key": foreign_key()}
    assert _read("api-key", headers) is Reason.MALFORMED
    for mode in ("imported", "ontopop"):
        found = _read("api-key", headers, LEGACY_KEYS=mode)
        assert isinstance(found, Credential)
        assert (found.text, found.login) == (foreign_key(), None)
        assert _read("basic", headers, LEGACY_KEYS=mode) is Reason.MISSING


@pytest.mark.parametrize("mode", ["off", "imported", "ontopop"])
@pytest.mark.parametrize("key", ["no key", "a" * 257, "a:b" * 9, "x" * 1_000_000])
def test_for_what_can_be_no_key_no_signing_key_is_asked(mode: str, key: str) -> None:
    """Malformed, even in an outage of the store."""

    def asked() -> SigningKeys:
        pytest.fail("the signing keys were asked for")

    settings = Settings({"SIGNING_SECRET": SIGNING_NAME, "LEGACY_KEYS": mode})
    request = read(event_with({"X-API-Key": key}))
    assert IdentitySource(settings, asked).read(request, at()) is Reason.MALFORMED
