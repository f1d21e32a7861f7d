"""One route of the role map."""

from __future__ import annotations

import pytest

from apikeys.route import Route

_ALL = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.parametrize(
    ("text", "methods", "shape"),
    [
        ("GET /", ("GET",), ("",)),
        ("HEAD /a", ("HEAD",), ("a",)),
        ("OPTIONS /a/", ("OPTIONS",), ("a", "")),
        ("POST /a/b", ("POST",), ("a", "b")),
        ("PUT /a/*", ("PUT",), ("a", "*")),
        ("PATCH /a/{id}", ("PATCH",), ("a", "{}")),
        ("DELETE /a/{id}/b/{other.name-2_x}", ("DELETE",), ("a", "{}", "b", "{}")),
        ("GET /{proxy}/*", ("GET",), ("{}", "*")),
        (
            "GET /v1.0/a~b/c_d-e/!$&'()+,;=:@%2F",
            ("GET",),
            ("v1.0", "a~b", "c_d-e", "!$&'()+,;=:@%2F"),
        ),
        ("GET /...", ("GET",), ("...",)),
        ("GET /$", ("GET",), ("$",)),
        ("GET /" + "a" * 255, ("GET",), ("a" * 255,)),
        ("* /management", _ALL, ("management",)),
        ("* /*", _ALL, ("*",)),
        ("$connect", (), ()),
    ],
)
def test_a_route_has_methods_and_a_shape(
    text: str, methods: tuple[str, ...], shape: tuple[str, ...]
) -> None:
    """``*`` as method stands for all, a ``{name}`` loses its name."""
    assert (Route(text).methods, Route(text).shape) == (methods, shape)


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
        (Route("GET /a"), ("GET",)),
        (Route("HEAD /a"), ("HEAD",)),
        (Route("OPTIONS /a"), ("OPTIONS",)),
        (Route("POST /a"), ()),
        (Route("POST /a", reads=True), ("POST",)),
        (Route("* /a"), ("GET", "HEAD", "OPTIONS")),
        (Route("* /a", reads=True), _ALL),
        (Route("$connect"), ()),
    ],
)
def test_read_only_keeps_reading_methods_and_marked_routes(
    route: Route, kept: tuple[str, ...]
) -> None:
    """GET, HEAD and OPTIONS, and what is marked as reading whatever its method."""
    assert route.methods_of(read_only=True) == kept
    assert route.methods_of(read_only=False) == route.methods


@pytest.mark.parametrize(
    ("text", "expected"),
    [("* /*", True), ("GET /*", False), ("* /a/*", False), ("* /", False)],
)
def test_everything_is_every_method_of_the_whole_stage(
    text: str, *, expected: bool
) -> None:
    """Only ``* /*``."""
    assert Route(text).is_everything is expected
