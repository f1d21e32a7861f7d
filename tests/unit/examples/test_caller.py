"""The helper of Lambda back ends: a whole caller, or none."""

from __future__ import annotations

import dataclasses
import doctest
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys import policy
from apikeys.record import Record
from apikeys.session import REQUIRED
from examples.backends.caller import Caller, UnknownCallerError
from local.checkout import ROOT
from tests.builders import a_key, login_text, record_text

SESSION = {
    "environment": "Production",
    "repository": "EA",
    "profile": "Viewer",
    "login": "mega",
    "sessionMode": "MULTI",
    "connectionMode": "READ_ONLY",
    "dataLanguage": "fr",
    "guiLanguage": "en",
}
_KEY = a_key()
_PAGE = (ROOT / "docs" / "backends.md").read_text()


def key_record(**changes: object) -> Record:
    """Return the record of a key."""
    return Record.parse(record_text(_KEY, **changes), key_id=_KEY.key_id)


def login_record(**changes: object) -> Record:
    """Return the record of a Basic account."""
    return Record.parse(
        login_text("jo@example.com", "x", **changes), login="jo@example.com"
    )


def rest_event(context: dict[str, Any], principal: object) -> dict[str, Any]:
    """Return what a REST API sends to a back end, as far as it is looked at."""
    # API Gateway adds both to the context, and makes texts of all of it.
    beside = {"principalId": principal, "integrationLatency": 3}
    return {"requestContext": {"authorizer": context | beside}}


def http_api_event(context: dict[str, Any]) -> dict[str, Any]:
    """Return what an HTTP API sends with payload 2.0, as far as it is looked at."""
    return {"version": "2.0", "requestContext": {"authorizer": {"lambda": context}}}


def events(record: Record) -> list[dict[str, Any]]:
    """Return what either kind of API sends for a record."""
    context = policy.context(record)
    return [rest_event(context, record.principal), http_api_event(context)]


@pytest.mark.parametrize("kind", [0, 1], ids=["REST API", "HTTP API"])
def test_a_key_is_read_whole(kind: int) -> None:
    """Everything that the authorizer says of a key, roles as a set."""
    record = key_record(name="Key of Zoë", roles=["B", "A"], session=SESSION)
    settings = {**SESSION, "sessionLogin": "mega"}
    del settings["login"]
    assert Caller.from_event(events(record)[kind]) == Caller(
        principal=_KEY.key_id,
        credential="api-key",
        client="Acme",
        issuer="Ops",
        name="Key of Zoë",
        roles=frozenset({"A", "B"}),
        session=settings,
    )


@pytest.mark.parametrize("kind", [0, 1], ids=["REST API", "HTTP API"])
def test_what_a_record_leaves_out_is_none(kind: int) -> None:
    """A Basic account without name, roles and session is a caller all the same."""
    record = login_record(client=None, issuer=None, roles=[])
    assert Caller.from_event(events(record)[kind]) == Caller(
        principal="jo@example.com",
        credential="basic",
        client=None,
        issuer=None,
        name=None,
        roles=frozenset(),
        session=None,
    )


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "event",
        {},
        {"requestContext": None},
        {"requestContext": {}},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {}}},
        {"requestContext": {"authorizer": "x"}},
        {"requestContext": {"authorizer": {"claims": {"sub": "x"}}}},
        {"version": "2.0", "requestContext": {"authorizer": {}}},
        {"version": "2.0", "requestContext": {"authorizer": {"lambda": None}}},
        {"version": "2.0", "requestContext": {"authorizer": {"jwt": {}}}},
    ],
)
def test_an_event_without_the_context_has_no_caller(event: object) -> None:
    """No authorizer, another kind of authorizer, no event at all."""
    with pytest.raises(UnknownCallerError):
        Caller.from_event(event)


def test_the_context_is_looked_for_in_its_own_place() -> None:
    """A REST event is not read as payload 2.0, nor the other way round."""
    record = key_record()
    context = policy.context(record)
    for event in (
        rest_event(context, record.principal) | {"version": "2.0"},
        http_api_event(context) | {"version": "1.0"},
    ):
        with pytest.raises(UnknownCallerError):
            Caller.from_event(event)


@pytest.mark.parametrize("field", ["principalId", "credential", "roles"])
@pytest.mark.parametrize("value", ["missing", None, 1, [], {}])
def test_a_context_without_these_has_no_caller(field: str, value: object) -> None:
    """Who and how are always said, and the roles, be there none."""
    event = rest_event(policy.context(key_record()), _KEY.key_id)
    authorizer = event["requestContext"]["authorizer"]
    authorizer[field] = value
    if value == "missing":
        del authorizer[field]
    with pytest.raises(UnknownCallerError, match=f"^{field} "):
        Caller.from_event(event)


def test_an_http_api_caller_has_a_principal() -> None:
    """Payload 2.0 has no principal: without key id and login there is no caller."""
    context = policy.context(key_record())
    del context["keyId"]
    with pytest.raises(UnknownCallerError, match=r"^principalId "):
        Caller.from_event(http_api_event(context | {"principalId": "x"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"principalId": ""},
        {"credential": ""},
        {"credential": "jwt"},
        {"client": ""},
        {"client": None},
        {"issuer": 1},
        {"name": ["x"]},
        {"sessionMode": "multi"},
        {"connectionMode": "READ"},
        {"connectionMode": ""},
        {"connectionMode": None},
        {"dataLanguage": ""},
    ],
)
def test_what_the_authorizer_does_not_write_is_not_a_caller(
    changes: dict[str, object],
) -> None:
    """Empty, null, not a text, or another word than those of the contract."""
    record = key_record(session=SESSION)
    event = rest_event(policy.context(record), record.principal)
    event["requestContext"]["authorizer"] |= changes
    with pytest.raises(UnknownCallerError, match=f"^{next(iter(changes))} "):
        Caller.from_event(event)


@given(
    given=st.sets(
        st.sampled_from(sorted(policy.context(key_record(session=SESSION))))
    ).filter(lambda names: names & (SESSION.keys() | {"sessionLogin"}))
)
def test_half_a_session_has_no_caller(given: set[str]) -> None:
    """With any setting of a session, environment, repository and profile are there."""
    whole = policy.context(key_record(session=SESSION))
    context = {name: whole[name] for name in {*given, "credential", "roles"}}
    event = rest_event(context, _KEY.key_id)
    if given >= set(REQUIRED):
        assert Caller.from_event(event).session is not None
    else:
        with pytest.raises(UnknownCallerError):
            Caller.from_event(event)


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        (None, False),
        (SESSION, True),
        (SESSION | {"connectionMode": "READ_WRITE"}, False),
        ({name: SESSION[name] for name in REQUIRED}, True),
    ],
)
def test_a_session_writes_only_where_it_says_so(
    session: dict[str, str] | None, expected: object
) -> None:
    """Without a session there is nothing to keep; without a mode it is read only."""
    for event in events(key_record(session=session)):
        assert Caller.from_event(event).is_read_only is expected


def test_a_caller_can_not_be_changed() -> None:
    """Neither a field nor a setting of the session."""
    caller = Caller.from_event(events(key_record(session=SESSION))[0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        caller.principal = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        caller.session["connectionMode"] = "READ_WRITE"  # type: ignore[index]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["version", "requestContext", "authorizer", "lambda", "principalId"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(_json)
def test_any_other_event_raises_the_one_exception(event: object) -> None:
    """Whatever is sent: no other exception, and no caller."""
    with pytest.raises(UnknownCallerError):
        Caller.from_event(event)


_contexts = st.dictionaries(
    st.sampled_from(
        sorted({*policy.context(key_record(session=SESSION)), "principalId", "login"})
    ),
    st.none()
    | st.integers()
    | st.sampled_from(["", "x", "api-key", "basic", "MULTI", "READ_ONLY", "A B"]),
)


@given(_contexts, st.booleans())
def test_a_caller_is_whole(context: dict[str, Any], is_http_api: object) -> None:
    """Of any context comes one exception, or a caller whose every part is sound."""
    event = http_api_event(context)
    if not is_http_api:
        event = {"requestContext": {"authorizer": context}}
    try:
        caller = Caller.from_event(event)
    except UnknownCallerError:
        return
    assert caller.principal
    assert caller.credential in ("api-key", "basic")
    if caller.session is None:
        assert not caller.is_read_only
    else:
        assert caller.session.keys() >= set(REQUIRED)
        assert all(caller.session.values())


def test_the_exception_shows_no_content() -> None:
    """It names the field; what was sent may be anything."""
    event = rest_event({"credential": "canary", "roles": ""}, "k1")
    with pytest.raises(UnknownCallerError) as caught:
        Caller.from_event(event)
    assert "canary" not in str(caught.value)


def test_the_helper_is_small_and_stands_alone() -> None:
    """Less than 100 lines, only the standard library: made to be copied."""
    source = (ROOT / "examples" / "backends" / "caller.py").read_text()
    assert len(source.splitlines()) < 100
    imported = set(re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE))
    assert imported == {"__future__", "dataclasses", "types", "typing"}


def _page_events() -> list[dict[str, Any]]:
    """Return the events that docs/backends.md shows."""
    blocks = re.findall(r"^```json\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
    return [json.loads(block) for block in blocks]


def test_the_page_shows_what_the_helper_reads() -> None:
    """Both events of docs/backends.md have the same caller."""
    rest, http_api = map(Caller.from_event, _page_events())
    assert rest == http_api
    assert rest.is_read_only


def test_the_page_shows_what_the_helper_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's sessions in Python go as they are written, on its first event."""
    monkeypatch.syspath_prepend(ROOT / "examples" / "backends")
    blocks = re.findall(r"^```pycon\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
    names = {"event": _page_events()[0]}
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(blocks), names, "backends.md", None, None
    )
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    assert runner.run(examples, out=report.append).failed == 0, "".join(report)
    assert len(examples.examples) == 8
