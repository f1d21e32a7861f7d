"""The published schema of the admin function's requests and answers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from local import admin_schema
from local.checkout import ROOT
from tests.exchanges import NAMES, problems

_PUBLISHED = json.loads(admin_schema.FILE.read_text())
_SESSION = {"environment": "P", "repository": "M", "profile": "A"}
_ID = "0123456789abcdef"
_PASSWORD = {"login": "ada", "password": "a fine password"}


def _examples() -> list[tuple[str, Any]]:
    """Return the page's requests and answers, each with the name of its schema."""
    found, asked = [], ""
    page = (ROOT / "docs" / "admin.md").read_text()
    for text in re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        block = json.loads(text)
        if "action" in block:
            asked = NAMES[block["action"]]
            found.append((asked, block))
        elif "error" in block:
            found.append(("Refusal", block))
        elif "status" in block:
            found.append((f"{asked}Answer", block))
    return found


def _events() -> list[tuple[str, Any]]:
    blocks = [json.loads(f.read_text()) for f in ROOT.glob("events/admin-*.json")]
    return [(NAMES[block["action"]], block) for block in blocks]


def test_the_file_is_what_the_models_say() -> None:
    """``make schema`` regenerates it."""
    assert admin_schema.FILE.read_text() == admin_schema.text()


def test_it_is_a_schema() -> None:
    """Of the draft that it names, and every reference leads somewhere."""
    Draft202012Validator.check_schema(_PUBLISHED)
    found = set(re.findall(r'"#/\$defs/(\w+)"', admin_schema.FILE.read_text()))
    assert found <= _PUBLISHED["$defs"].keys()


@pytest.mark.parametrize(("name", "example"), [*_examples(), *_events()])
def test_every_example_is_valid(name: str, example: dict[str, Any]) -> None:
    """Of the page on the admin function, and of the folder of events."""
    assert problems(name, example) == []


def test_the_page_shows_an_answer_to_every_action() -> None:
    """But to ``enable``, which is that to ``disable``, and to what has no example."""
    answered = {name for name, _ in _examples()}
    assert {f"{name}Answer" for name in NAMES.values()} - answered == {
        "EnableAnswer",
        "ImportAnswer",
    }


@pytest.mark.parametrize("request_", [block for _, block in _events()])
def test_the_whole_schema_is_of_a_request(request_: dict[str, Any]) -> None:
    """So that an editor may check a file with it."""
    assert Draft202012Validator(_PUBLISHED).is_valid(request_)


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("delete", {}),
        ("get", {}),
        ("get", {"keyId": _ID, "login": "ada"}),
        ("get", {"keyId": _ID, "color": "red"}),
        ("issue", {}),
        ("issue", {"client": ""}),
        ("issue", {"client": "c" * 257}),
        ("issue", {"client": "Acme", "login": "ada." * 40}),
        ("issue", {"client": "Acme", "roles": ["no-role"]}),
        ("issue", {"client": "Acme", "roles": None}),
        ("issue", {"client": "Acme", "session": {"profile": "A"}}),
        ("issue", {"client": "Acme", "session": _SESSION | {"sessionMode": "MANY"}}),
        ("issue", {"client": "Acme", "lifetimeDays": 7, "neverExpires": True}),
        ("issue", {"client": "Acme", "expirationDate": "2027-02-01"}),
        ("issue", {"client": "Acme", "password": "a fine password"}),
        ("issue", {"client": "Acme", **_PASSWORD, "deliverTo": "clients/acme"}),
        ("import", {"client": "Acme"}),
        ("import", {"client": "Acme", "key": "k" * 20, "record": {}}),
        ("clone", {"login": "ada"}),
        ("clone", {"keyId": _ID, "newLogin": "ada"}),
        ("revoke", {"keyId": _ID, "credential": "k"}),
        ("revoke", {"keyId": _ID, "recoveryDays": 31}),
        ("verify", {"credential": "k", "stage": "prod"}),
        ("usage", {"keyId": _ID, "client": "Acme"}),
        ("usage", {"queryId": "q", "days": 3}),
    ],
)
def test_what_the_function_refuses_is_invalid(
    action: str, fields: dict[str, Any]
) -> None:
    """As far as a schema can say it; the function has tests of its own for each."""
    request = {"action": action, **fields}
    assert not Draft202012Validator(_PUBLISHED).is_valid(request)
