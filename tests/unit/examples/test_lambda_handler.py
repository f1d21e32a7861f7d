"""The example back end: who may not is refused, and read only is kept."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.checkout import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    type Handler = Callable[[Any, object], dict[str, Any]]

_CONTEXT = {
    "principalId": "k1",
    "credential": "api-key",
    "roles": "HOPEX_ITPM_QUERIES",
    "environment": "Production",
    "repository": "EA",
    "profile": "Viewer",
}
READ_ONLY = _CONTEXT | {"connectionMode": "READ_ONLY"}
READ_WRITE = _CONTEXT | {"connectionMode": "READ_WRITE"}
NO_SESSION = {name: _CONTEXT[name] for name in ("principalId", "credential", "roles")}

QUERY = "query {\n  application {\n    id\n    name\n  }\n}"
MUTATION = 'mutation { createApplication(application: {name: "x"}) { id } }'


@pytest.fixture(scope="module")
def handler() -> Iterator[Handler]:
    """Return the handler as Lambda loads it: with its folder on the path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "examples" / "backends")
        module = importlib.import_module("lambda_handler")
        yield module.lambda_handler


def event(context: dict[str, str], document: object) -> dict[str, Any]:
    """Return a POST with one GraphQL request."""
    body = json.dumps({"query": document, "variables": {}})
    return {"requestContext": {"authorizer": context}, "body": body}


@pytest.mark.parametrize("context", [None, {}, {"principalId": "k1"}])
def test_without_a_caller_it_is_403(
    handler: Handler,
    context: dict[str, str] | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is served without the authorizer's context; the log says what lacks."""
    wanted = {"body": json.dumps({"query": QUERY}), "requestContext": {}}
    if context is not None:
        wanted["requestContext"] = {"authorizer": context}
    answer = handler(wanted, None)
    assert answer["statusCode"] == 403
    assert json.loads(answer["body"]) == {"message": "Forbidden"}
    assert "no caller: " in caplog.text


def test_without_a_session_it_is_403(handler: Handler) -> None:
    """A credential that may not open a session gets nothing of it."""
    assert handler(event(NO_SESSION, QUERY), None)["statusCode"] == 403


@pytest.mark.parametrize("context", [READ_ONLY, READ_WRITE])
def test_a_query_runs_in_the_session(handler: Handler, context: dict[str, str]) -> None:
    """Whoever may open the session may read in it."""
    answer = handler(event(context, QUERY), None)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {
        "principal": "k1",
        "session": {k: v for k, v in context.items() if k not in NO_SESSION},
        "ran": QUERY,
    }


_WRITES = [
    MUTATION,
    "mutation{a}",
    "mutation M($a: Int = 1) { a(b: $a) }",
    "\ufeff,,\n# a comment\nmutation\n{ a }",
    "query Q { a } mutation M { b }",
    "fragment F on T { a }mutation M { ...F }",
    "query Q($a: Int = 1) { b }mutation{ c }",
    "subscription { a }",
    "{ a } subscription S { b }",
]


@pytest.mark.parametrize("document", _WRITES)
def test_read_only_is_kept(handler: Handler, document: str) -> None:
    """A document with an operation that is not a query is 403, whichever would run."""
    assert handler(event(READ_ONLY, document), None)["statusCode"] == 403
    assert handler(event(READ_WRITE, document), None)["statusCode"] == 200


@pytest.mark.parametrize(
    "document",
    [
        "{ mutation { id } }",
        '{ a(b: "no mutation") }',
        "{ a } # mutation",
        "{a}1mutation",
    ],
)
def test_what_only_looks_like_a_mutation_is_refused_too(
    handler: Handler, document: str
) -> None:
    """Without a parser the word alone decides: rather too strict than too lax."""
    assert handler(event(READ_ONLY, document), None)["statusCode"] == 403


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { mutationType { name } subscriptionType { name } } }",
        "{ mutations subscriptions _mutation mutation_ mutation1 permutation }",
        "{ Mutation }",
    ],
)
def test_other_names_are_not_operations(handler: Handler, document: str) -> None:
    """GraphQL's names are whole words and know upper case: introspection goes."""
    assert handler(event(READ_ONLY, document), None)["statusCode"] == 200


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "{",
        "mutation { a }",
        "[]",
        "[" * 100_000,
        "1",
        "{}",
        json.dumps([{"query": QUERY}, {"query": MUTATION}]),
        json.dumps({"query": None}),
        json.dumps({"query": [MUTATION]}),
        json.dumps({"id": "stored"}),
        json.dumps({"query": QUERY, "Query": MUTATION}),
        json.dumps({"query": QUERY, "extensions": {"persistedQuery": {}}}),
    ],
)
@pytest.mark.parametrize("context", [READ_ONLY, READ_WRITE])
def test_what_may_be_more_than_one_request_is_400(
    handler: Handler, context: dict[str, str], body: str | None
) -> None:
    """No JSON, a batch, a stored document, a field that another reader may take."""
    wanted = event(context, QUERY) | {"body": body}
    assert handler(wanted, None)["statusCode"] == 400


def test_an_encoded_body_is_400(handler: Handler) -> None:
    """API Gateway encodes only binary media types, and JSON is not one."""
    wanted = event(READ_ONLY, QUERY) | {"isBase64Encoded": True}
    assert handler(wanted, None)["statusCode"] == 400


def test_what_was_checked_is_what_runs(handler: Handler) -> None:
    """A field that comes twice, or an escape, is read once for check and run."""
    twice = f'{{"query": {json.dumps(MUTATION)}, "query": {json.dumps(QUERY)}}}'
    answer = handler(event(READ_ONLY, QUERY) | {"body": twice}, None)
    assert json.loads(answer["body"])["ran"] == QUERY
    escaped = json.dumps({"query": MUTATION}).replace("mutation", r"\u006dutation")
    answer = handler(event(READ_ONLY, QUERY) | {"body": escaped}, None)
    assert answer["statusCode"] == 403


_ignored = st.text(alphabet=" \t\r\n,\ufeff", min_size=1, max_size=3)
_queries = st.sampled_from(["{ a }", "query { a }", "query Q { a }", QUERY])


@given(
    before=st.lists(_queries, max_size=2),
    after=st.lists(_queries, max_size=2),
    ignored=_ignored,
    kind=st.sampled_from(["mutation", "subscription"]),
)
def test_no_place_hides_an_operation(
    handler: Handler, before: list[str], after: list[str], ignored: str, kind: str
) -> None:
    """Among any queries, with any ignored characters, the other operation is found."""
    queries = ignored.join([*before, *after])
    assert handler(event(READ_ONLY, queries), None)["statusCode"] == 200
    document = ignored.join([*before, f"{kind}{ignored}{{ a }}", *after])
    assert handler(event(READ_ONLY, document), None)["statusCode"] == 403


def test_the_page_quotes_the_handler() -> None:
    """What the page shows of the handler is in it."""
    page = (ROOT / "docs" / "backends.md").read_text()
    _, _, rest = page.partition("```python\n")
    quoted, _, _ = rest.partition("```")
    source = (ROOT / "examples" / "backends" / "lambda_handler.py").read_text()
    assert quoted
    assert quoted in source
