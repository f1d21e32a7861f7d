"""Requests, checked whole before anything is done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from admin.requests.credentials import Import, Issue, Verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.admin.doubles import Admin

_ID = "0123456789abcdef"
_SESSION = {"environment": "P", "repository": "M", "profile": "A"}
_DATE = "2027-02-01T00:00:00"

_ISSUE: list[tuple[dict[str, Any], str]] = [
    ({"client": None}, "client"),
    ({"client": ""}, "client"),
    ({"client": 5}, "client"),
    ({"client": "canary\n"}, "client"),
    ({"client": "canary" * 50}, "client"),
    ({"client": "canary\ud800"}, "client"),
    ({"issuer": "canary\x00"}, "issuer"),
    ({"issuer": ["canary"]}, "issuer"),
    ({"name": "canary\u202e"}, "name"),
    ({"description": "canary" * 400}, "description"),
    ({"roles": "canary"}, "roles"),
    ({"roles": ["READER", "can ary"]}, "roles.1"),
    ({"roles": ["canary-"]}, "roles.0"),
    ({"roles": ["ß"]}, "roles.0"),
    ({"roles": [5]}, "roles.0"),
    ({"roles": ["READER"] * 101}, "roles"),
    ({"expirationDate": "canary"}, "expirationDate"),
    ({"expirationDate": "2027-02-30T00:00:00"}, "expirationDate"),
    ({"expirationDate": f"{_DATE}+00:00"}, "expirationDate"),
    ({"expirationDate": 5}, "expirationDate"),
    ({"lifetimeDays": 0}, "lifetimeDays"),
    ({"lifetimeDays": 36_501}, "lifetimeDays"),
    ({"lifetimeDays": "7"}, "lifetimeDays"),
    ({"lifetimeDays": 7.5}, "lifetimeDays"),
    ({"lifetimeDays": True}, "lifetimeDays"),
    ({"neverExpires": "true"}, "neverExpires"),
    ({"neverExpires": 1}, "neverExpires"),
    ({"lifetimeDays": 7, "expirationDate": _DATE}, "expirationDate"),
    ({"lifetimeDays": 7, "neverExpires": True}, "expirationDate"),
    ({"expirationDate": _DATE, "neverExpires": True}, "expirationDate"),
    ({"enabled": "false"}, "enabled"),
    ({"enabled": 0}, "enabled"),
    ({"session": "canary"}, "session"),
    ({"session": {}}, "session"),
    ({"session": _SESSION | {"connectionMode": "canary"}}, "session"),
    ({"session": _SESSION | {"profile": "canary\n"}}, "session"),
    ({"session": _SESSION | {"password": "canary"}}, "session"),
    ({"usagePlanId": "canary/"}, "usagePlanId"),
    ({"usagePlanId": ""}, "usagePlanId"),
    ({"requestToken": "canary"}, "requestToken"),
    ({"requestToken": "c" * 65}, "requestToken"),
    ({"requestToken": f"{'c' * 32}\n"}, "requestToken"),
    ({"requestToken": f"{'c' * 31}_"}, "requestToken"),
    ({"keyId": _ID}, "keyId"),
    ({"key_id": _ID}, "key_id"),
    ({"Client": "canary"}, "Client"),
]
_OTHERS: list[tuple[dict[str, Any], str]] = [
    *(
        ({"action": action, **fields}, "keyId")
        for action in ("get", "enable", "disable", "revoke")
        for fields in (
            {},
            {"keyId": None},
            {"keyId": 5},
            {"keyId": "canary"},
            {"keyId": f"{_ID}0"},
            {"keyId": f"{_ID}\n"},
            {"keyId": "arn:aws:canary"},
            {"keyId": f"{_ID[:-1]}/"},
            {"keyId": f"{_ID[:-1]}\u0661"},
        )
    ),
    ({"action": "get", "keyId": _ID, "ifVersion": "x"}, "ifVersion"),
    ({"action": "revoke", "keyId": _ID, "recoveryDays": 6}, "recoveryDays"),
    ({"action": "revoke", "keyId": _ID, "recoveryDays": 31}, "recoveryDays"),
    ({"action": "revoke", "keyId": _ID, "recoveryDays": "30"}, "recoveryDays"),
    ({"action": "roles.get", "x": "canary"}, "x"),
    ({"action": "roles.put"}, "roleMap"),
    ({"action": "roles.put", "roleMap": "canary"}, "roleMap"),
    ({"action": "roles.put", "roleMap": ["canary"]}, "roleMap"),
    ({"action": "roles.put", "roleMap": {}, "ifVersion": "can ary"}, "ifVersion"),
    ({"action": "roles.put", "roleMap": {}, "ifVersion": ""}, "ifVersion"),
    ({}, "action"),
    ({"action": None}, "action"),
    ({"action": "canary"}, "action"),
    ({"action": "Issue", "client": "canary"}, "action"),
    ({"action": ["issue"]}, "action"),
    ({"client": "canary"}, "action"),
]


@pytest.fixture
def untouched(admin: Admin) -> Iterator[Admin]:
    """Return the actions, and see to it that nothing is written."""
    before = admin.contents(), admin.gateway_keys()
    yield admin
    assert (admin.contents(), admin.gateway_keys()) == before


@pytest.mark.parametrize(
    ("event", "field"),
    [
        *(({"action": "issue", "client": "A"} | f, field) for f, field in _ISSUE),
        *_OTHERS,
    ],
)
def test_a_field_out_of_its_rule_is_refused_by_name(
    untouched: Admin, event: dict[str, Any], field: str
) -> None:
    """400 with the field at fault, and never a word of what was given."""
    answer = untouched.send(event)
    assert answer == {
        "status": 400,
        "error": {
            "code": "invalid_request",
            "message": answer["error"]["message"],
            "field": field,
        },
    }
    assert answer["error"]["message"].startswith(f"{field}: ")
    assert "canary" not in json.dumps(answer)
    assert "canary" not in json.dumps(untouched.audit)


def test_a_field_whose_name_can_not_be_one_is_not_named(untouched: Admin) -> None:
    """A name is input, too: a key may have slipped into it."""
    answer = untouched.send({"action": "roles.get", "canary-1": 1})
    assert answer["error"]["code"] == "invalid_request"
    assert answer["error"]["message"] == "the request: has an unknown field"
    assert "canary" not in json.dumps([answer, untouched.audit])


@pytest.mark.parametrize(
    "event", [None, [], ["issue"], "canary", '"canary"', 5, True, '{"canary"']
)
def test_what_is_not_an_object_is_refused(untouched: Admin, event: object) -> None:
    """400, whatever was sent."""
    answer = untouched.send(event)
    assert (answer["status"], answer["error"]["code"]) == (400, "invalid_request")
    assert "canary" not in json.dumps([answer, untouched.audit])


def test_a_missing_client_is_told_by_name(untouched: Admin) -> None:
    """The one thing that a key can't be issued without."""
    answer = untouched("issue")
    assert answer["error"] == {
        "code": "invalid_request",
        "message": "client: is missing",
        "field": "client",
    }


@pytest.mark.parametrize(
    ("event", "audit"),
    [
        (
            {"action": "get", "keyId": _ID},
            {
                "action": "get",
                "key_id": _ID,
                "login": None,
                "status": 404,
                "error_code": "key_not_found",
            },
        ),
        (
            {"action": "roles.get"},
            {
                "action": "roles.get",
                "key_id": None,
                "login": None,
                "status": 200,
                "error_code": None,
            },
        ),
        (
            {"action": "get", "login": "olga"},
            {
                "action": "get",
                "key_id": None,
                "login": "olga",
                "status": 404,
                "error_code": "account_not_found",
            },
        ),
        (
            {"action": "issue", "client": ""},
            {
                "action": "issue",
                "key_id": None,
                "login": None,
                "status": 400,
                "error_code": "invalid_request",
            },
        ),
        (
            {"action": "canary"},
            {
                "action": "unknown",
                "key_id": None,
                "login": None,
                "status": 400,
                "error_code": "invalid_request",
            },
        ),
    ],
)
def test_each_act_and_each_refusal_has_its_audit_line(
    untouched: Admin, event: dict[str, Any], audit: dict[str, Any]
) -> None:
    """Action, key id and outcome; of an invalid request only the action."""
    untouched.send(event)
    assert untouched.audit == audit


def test_the_audit_line_of_an_issued_key_names_its_id(admin: Admin) -> None:
    """And nothing more of the key."""
    key, _ = admin.issued()
    assert admin.audit == {
        "action": "issue",
        "key_id": key.key_id,
        "login": None,
        "status": 201,
        "error_code": None,
    }


def test_a_request_shows_nothing_of_what_it_holds() -> None:
    """In whatever message or traceback it may end up."""
    requests = [
        Issue(action="issue", client="X", login="olga", password="canary canary"),
        Import(action="import", key="canary"),
        Verify(action="verify", credential="canary"),
    ]
    shown = [text(request) for request in requests for text in (str, repr)]
    assert sorted(set(shown)) == ["Import", "Issue", "Verify"]


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"action": "roles.check", "roleMap": {"roles": {"A\ud800": {}}}}, "roleMap"),
        ({"action": "roles.put", "roleMap": {"canary\ud800": "deny"}}, "roleMap"),
        ({"action": "roles.put", "roleMap": {"unmapped": "canary\udfff"}}, "roleMap"),
        ({"action": "import", "record": {"key": "canary\ud800"}}, "record"),
        ({"action": "import", "key": "canary\ud800"}, "key"),
        ({"action": "verify", "credential": "canary\ud800"}, "credential"),
        (
            {"action": "verify", "login": "a", "credential": "canary\ud800"},
            "credential",
        ),
        ({"action": "list", "nextToken": "canary\ud800"}, "nextToken"),
        (
            {
                "action": "issue",
                "client": "Acme",
                "session": _SESSION | {"profile": "canary\ud800"},
            },
            "session",
        ),
    ],
)
def test_a_lone_surrogate_is_refused_anywhere(
    admin: Admin, event: dict[str, Any], field: str
) -> None:
    """400 by its field: JSON can spell it and UTF-8 can't."""
    answer = admin.send(event)
    assert (answer["status"], answer["error"]["field"]) == (400, field)
    if field in ("roleMap", "record", "session"):
        rule = "can't be written as JSON in UTF-8 (half a surrogate pair, too deep)"
        assert answer["error"]["message"] == f"{field}: {rule}"
    assert "canary" not in json.dumps(answer)
