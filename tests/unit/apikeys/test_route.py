"""One route of the role map."""

from __future__ import annotations

import pytest

from apikeys.route import Route

_ALL = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize(
    ("text", "resources"),
    [
        ("GET /", ("GET/",)),
        ("HEAD /a", ("HEAD/a",)),
        ("OPTIONS /a/", ("OPTIONS/a/",)),
        ("POST /a/b", ("POST/a/b",)),
        ("PUT /a/*", ("PUT/a/*",)),
        ("PATCH /a/{id}", ("PATCH/a/*",)),
        ("DELETE /a/{id}/b/{other.name-2_x}", ("DELETE/a/*/b/*",)),
        ("GET /{proxy}/*", ("GET/*/*",)),
        (
            "GET /v1.0/a~b/c_d-e/!$&'()+,;=:@%2F",
            ("GET/v1.0/a~b/c_d-e/!$&'()+,;=:@%2F",),
        ),
        ("GET /...", ("GET/...",)),
        ("GET /$", ("GET/$",)),
        ("GET /" + "a" * 255, ("GET/" + "a" * 255,)),
        ("* /management", tuple(f"{m}/management" for m in _ALL)),
        ("* /*", tuple(f"{m}/*" for m in _ALL)),
        ("$connect", ("$connect",)),
    ],
)
def test_a_route_becomes_the_end_of_resource_arns(
    text: str, resources: tuple[str, ...]
) -> None:
    """``*`` as method is written out, a ``{name}`` becomes a star."""
    assert Route(text).resources() == resources


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET",
        "GET/",
        "/a",
        "get /a",
        "Get /a",
        "GETS /a",
        "CONNECT /a",
        "TRACE /a",
        "GET  /a",
        " GET /a",
        "GET /a ",
        "GET\t/a",
        "GET a",
        "GET ",
        "GET *",
        "GET //",
        "GET //a",
        "GET /a//b",
        "GET /a*",
        "GET /*a",
        "GET /a/*/b",
        "GET /*/*",
        "GET /**",
        "GET /a?",
        "GET /a?b=c",
        "GET /a#b",
        "GET /${aws:username}",
        "GET /{id",
        "GET /id}",
        "GET /{}",
        "GET /{a}{b}",
        "GET /a{b}",
        "GET /{proxy+}",
        "GET /{a/b}",
        "GET /.",
        "GET /..",
        "GET /a/../b",
        "GET /a/.",
        "GET /a b",
        "GET /a\n",
        "GET /a\x00",
        "GET /é",
        "GET /\u0661",
        'GET /"',
        "GET /a\\b",
        "GET /a|b",
        "GET /" + "a" * 256,
        "$disconnect",
        "$default",
        "$connect ",
        "* $connect",
        "** /a",
    ],
)
def test_another_grammar_is_refused(text: str) -> None:
    """The message says what is allowed."""
    with pytest.raises(ValueError, match=r"\A(a route is|a path begins|a segment of)"):
        Route(text)


@pytest.mark.parametrize(
    ("route", "kept"),
    [
        (Route("GET /a"), ("GET/a",)),
        (Route("HEAD /a"), ("HEAD/a",)),
        (Route("OPTIONS /a"), ("OPTIONS/a",)),
        (Route("POST /a"), ()),
        (Route("POST /a", reads=True), ("POST/a",)),
        (Route("* /a"), ("GET/a", "HEAD/a", "OPTIONS/a")),
        (Route("* /a", reads=True), tuple(f"{m}/a" for m in _ALL)),
        (Route("$connect"), ()),
        (Route("$connect", reads=True), ("$connect",)),
    ],
)
def test_read_only_keeps_reading_methods_and_marked_routes(
    route: Route, kept: tuple[str, ...]
) -> None:
    """GET, HEAD and OPTIONS, and what is marked as reading whatever its method."""
    assert route.resources(read_only=True) == kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [("* /*", True), ("GET /*", False), ("* /a/*", False), ("* /", False)],
)
def test_everything_is_every_method_of_the_whole_stage(
    text: str, *, expected: bool
) -> None:
    """``* /*`` alone."""
    assert Route(text).is_everything is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("GET /{id}", True), ("GET /{id}/*", True), ("GET /id/*", False), ("* /", False)],
)
def test_a_route_knows_whether_it_has_a_parameter(text: str, *, expected: bool) -> None:
    """A ``{name}`` anywhere, which in IAM crosses slashes."""
    assert Route(text).has_parameter is expected
