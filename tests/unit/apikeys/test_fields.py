"""What a field of a request may be is one rule: the function's and the rows'."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from admin.requests.credentials import Issue
from apikeys import fields
from apikeys.text import check_text
from apikeys_cli.batch.columns import checked_fields

_SESSION = {"environment": "P", "repository": "M", "profile": "A"}
_VALUES: list[tuple[str, Any]] = [
    ("name", "é" * 256),
    ("name", "é" * 257),
    ("name", "two\nlines"),
    ("issuer", "left\u202eright"),
    ("client", "Ac\u200dme"),
    ("client", "Acme\u3164"),
    ("name", "soft\xadhyphen"),
    ("description", "\u115f"),
    ("description", "d" * 2_048),
    ("description", "d" * 2_049),
    ("roles", ["reader", "READER", "W_2"]),
    ("roles", ["ß"]),
    ("roles", ["R" * 65]),
    ("expirationDate", "2027-02-28T00:00:00"),
    ("expirationDate", "2027-02-30T00:00:00"),
    ("expirationDate", "2027-02-28T00:00:00+00:00"),
    ("usagePlanId", "gold1"),
    ("usagePlanId", "gold/1"),
    ("usagePlanId", "gold1\n"),
    ("session", _SESSION),
    ("session", _SESSION | {"sessionMode": "SINGLE", "login": "olga"}),
    ("session", _SESSION | {"sessionMode": "BOTH"}),
    ("session", _SESSION | {"profile": "Admin\u2060"}),
    ("session", _SESSION | {"password": "x"}),
    ("session", _SESSION | {"login": None}),
    ("session", {"environment": "P"}),
]


def _accepted_by_the_function(field: str, value: object) -> tuple[bool, Any]:
    try:
        request = Issue.model_validate(
            {"action": "issue", "client": "Acme", field: value}
        )
    except ValidationError:
        return False, None
    return True, request.fields().get(field, value)


@pytest.mark.parametrize(("field", "value"), _VALUES)
def test_a_row_is_judged_as_the_function_would(field: str, value: object) -> None:
    """So no row passes here that the function refuses, and none fails without need."""
    found, faults = checked_fields({"client": "Acme", field: value})
    is_accepted, kept = _accepted_by_the_function(field, value)
    assert (not faults) is is_accepted, faults
    if is_accepted:
        assert found[field] == kept


def test_a_login_that_an_arn_could_confuse_is_refused() -> None:
    """Secrets Manager ends ARNs in a hyphen and six characters."""
    assert fields.login("ada@example.com") == "ada@example.com"
    with pytest.raises(ValueError, match="does not end in a hyphen and six"):
        fields.login("ada-Ab12Cd")


@pytest.mark.parametrize("value", [None, 5, ["READER"], {"a": 1}])
def test_what_is_not_a_text_is_not_a_name(value: object) -> None:
    """JSON has other values: they are refused by a sentence, not by a traceback."""
    for rule in (
        fields.human_text,
        fields.description,
        fields.role,
        fields.date,
        fields.usage_plan_id,
    ):
        with pytest.raises(ValueError, match=r"text|name|not"):
            rule(value)


@pytest.mark.parametrize("character", ["\xad", "\u200d", "\u115f", "\u3164"])
def test_an_invisible_character_is_refused_and_named(character: str) -> None:
    """Two clients that look like one can't be told apart by whoever revokes one."""
    told = f"has an invisible character, U\\+{ord(character):04X}"
    for rule in (fields.human_text, fields.description):
        with pytest.raises(ValueError, match=f"^the text {told}$"):
            rule(f"Acme{character}")
    with pytest.raises(ValueError, match=f"^session.profile {told}$"):
        fields.session(_SESSION | {"profile": f"A{character}"})


def test_a_record_that_has_one_already_is_read_as_before() -> None:
    """Its client has the key; only requests and rows are refused."""
    assert check_text("Ac\u200dme", "client") == "Ac\u200dme"
