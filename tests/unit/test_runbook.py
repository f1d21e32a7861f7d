"""The operations page: what is pasted from it holds ids, and its queries find lines."""

from __future__ import annotations

import json
import re

import pytest

from apikeys.errors import StoreUnavailableError
from local.checkout import ROOT
from tests.builders import a_key
from tests.decision_lines import decision_lines
from tests.insights import run
from tests.runbook import PAGE, commands, page_blocks, queries

_KEY, _OLD = a_key("a key"), a_key("an old key")
# What a person fills in, limited to the grammar of ids.
_FILLED = {
    "<key id>": _KEY.key_id,
    "<old key id>": _OLD.key_id,
    "<new key id>": _KEY.key_id,
}


def _audit(**fields: object) -> str:
    """Return an audit line as the admin function writes it."""
    return json.dumps(
        {
            "level": "INFO",
            "message": "audit",
            "timestamp": "2027-01-15T08:00:00.000+00:00",
            "service": "apikeys-admin",
            "function_request_id": "5b2f9c1e-7d3a-4b6e-9f10-2c8d4e6a0b13",
            "action": "disable",
            "key_id": _KEY.key_id,
            "status": 200,
            "event": "delivered",
        }
        | fields
    )


_AUDIT = [
    _audit(),
    _audit(status=500, error_code="RuntimeError"),
    _audit(event="undelivered", event_error="Timeout"),
]
_DECISIONS = [
    *decision_lines(_KEY.text, _OLD.text, "no key", _KEY.text, known=[_KEY, _OLD]),
    *decision_lines(_KEY.text, outage=StoreUnavailableError("no answer")),
]


@pytest.mark.parametrize("query", queries())
def test_every_query_finds_what_it_asks_for(query: str) -> None:
    """In lines that the functions' own code writes; and does not find everything."""
    for placeholder, text in _FILLED.items():
        query = query.replace(placeholder, text)
    lines = _AUDIT if "audit" in query else _DECISIONS
    rows = run(query, lines)
    assert rows
    if "stats" not in query:
        assert len(rows) < len(lines) or "key_id =" in query


def test_the_page_has_queries_and_commands() -> None:
    """Or nothing of it would be tested."""
    assert len(queries()) >= 9
    assert len(commands()) >= 15


def test_what_is_filled_in_is_an_id_or_a_name_of_the_stack() -> None:
    """Never a text of a record's, which somebody else may have written."""
    allowed = {
        *_FILLED,
        "<previous>",
        "<current>",
        "<api>",
        "<topic ARN>",
        "<second region>",
        "<a key in that region>",
        "<table>",
        "<backup ARN>",
        "<time>",
        "<AdminLogGroup>",
        "<NoticesFunctionName>",
        "<NoticesQueue>",
        "<AuthorizerLogGroup>",
        "<64 characters>",
        "<the admin function's ARN>",
        "<64 random letters and digits>",
    }
    texts = [block.body for block in page_blocks()]
    texts += re.findall(r"`([^`\n]+)`", (ROOT / PAGE).read_text())
    found = {p for text in texts for p in re.findall(r"<[^<>]+>", text)}
    found -= {"<login>", "<account>", "<stack>", "<…>"}
    assert found <= allowed, found - allowed
    for command in [*commands(), *(b.body for b in page_blocks() if b.reason)]:
        assert "--client" not in command
        assert "--name " not in command or "--name apikeys" in command


@pytest.mark.parametrize("command", commands())
def test_every_command_is_one_of_these_tools(command: str) -> None:
    """Which the integration test runs."""
    assert command.split(maxsplit=1)[0] in {"apikeys", "aws", "umask"}
