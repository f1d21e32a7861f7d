"""How findings are told at a terminal."""

from __future__ import annotations

import tomllib
from typing import Any

from apikeys.check import check
from apikeys.migration import UNNAMED
from apikeys.roles import RoleMap
from apikeys_cli.roles.findings import lost_sentence, sentences
from local.checkout import ROOT


def _finding(grade: str, roles: list[str], route: str, message: str) -> dict[str, Any]:
    return {"grade": grade, "roles": roles, "route": route, "message": message}


def _open(roles: list[str], route: str, depth: int = 1) -> dict[str, Any]:
    message = f"'{route}' also opens up to {depth} more"
    return _finding("tell", roles, route, message)


def test_warnings_that_are_alike_are_said_once_with_the_other_routes() -> None:
    """And with whose they are."""
    found = [
        _open(["A"], "GET /a"),
        _finding("tell", ["A"], "GET /a", "'GET /a' does something else"),
        _open(["B"], "GET /b", depth=2),
        *(_open(["B", other], "GET /b") for other in "CDE"),
        _open(["B"], "GET /c"),
    ]
    assert list(sentences(found)) == [
        "Warning (A): 'GET /a' also opens up to 1 more",
        "  likewise 'GET /b' (B; B C; B D; and 1 more)",
        "  likewise 'GET /c' (B)",
        "Warning (A): 'GET /a' does something else",
    ]


def test_many_routes_are_cut_short() -> None:
    """The first five, and how many more there are."""
    found = [_open(["A"], f"GET /{letter}") for letter in "abcdefgh"]
    assert list(sentences(found))[5:] == [
        "  likewise 'GET /f' (A)",
        "  and 2 more routes (--output json)",
    ]


def test_what_is_refused_or_restricted_is_said_each() -> None:
    """Each has to be dealt with; so is what is about no route."""
    found = [
        _finding("refuse", ["A"], "GET /a", "'GET /a' is shut"),
        _finding("refuse", ["A"], "GET /b", "'GET /b' is shut"),
        _finding("restrict", ["A", "B"], "GET /a", "'GET /a' is shut"),
        _finding("restrict", ["A", "C"], "GET /a", "'GET /a' is shut"),
        _finding("tell", [], "", "deny is new"),
        _finding("tell", [], "", "deny is new"),
    ]
    assert list(sentences(found)) == [
        "Refused (A): 'GET /a' is shut",
        "Refused (A): 'GET /b' is shut",
        "Restricted (A B): 'GET /a' is shut",
        "Restricted (A C): 'GET /a' is shut",
        "Warning: deny is new",
        "Warning: deny is new",
    ]


def test_the_largest_example_can_be_read() -> None:
    """A hundred findings of code hosting in a screen."""
    text = (ROOT / "examples" / "roles" / "code-hosting.toml").read_text()
    found = check(RoleMap.parse(tomllib.loads(text)))
    assert len(found) > 90
    assert len(list(sentences(f.document() for f in found))) < 40


def test_what_is_opened_no_longer_is_a_line() -> None:
    """With the requests as people write them."""
    lost = {"role": "A", "route": "GET /a/{id}", "requests": ["*/*/*/*", "GET/a/"]}
    assert lost_sentence(lost) == (
        "No longer opens (A): of 'GET /a/{id}': * /*/*/*, GET /a/"
    )
    bare = {"role": "", "route": UNNAMED, "requests": ["GET/x/"]}
    assert lost_sentence(bare) == (
        f"No longer opens (a key without roles): of {UNNAMED}: GET /x/"
    )
