"""``AdminActions``: which actions an admin function carries out, on which records."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from admin.errors import RefusedError
from admin.requests.records import Get
from admin.rules.permissions import Permissions
from tests.builders import foreign_key
from tests.permitted import (
    ACTIONS,
    FUNCTIONS,
    LIMITS,
    RECORDS,
    ROWS,
    is_refused,
    named_in,
    request,
)
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from apikeys.key import Key


def _limited(function: str, **variables: str) -> Admin:
    """Return an admin function of some actions, within limits."""
    limits = {f"GRANTABLE_{name.upper()}": text for name, text in LIMITS.items()}
    return Admin(
        EXPIRY_NOTICES="30",
        ADMIN_ACTIONS=function,
        CREDENTIALS="api-key,basic",
        LEGACY_KEYS="imported",
        **limits | variables,
    )


def _stored(admin: Admin, record: dict[str, Any]) -> Key:
    """Return a key whose record has these fields, whoever may give them."""
    key, _ = admin.issued()
    admin.overwrite(
        f"APIKEY_{key.key_id}", json.dumps(admin.record(key.key_id) | record)
    )
    return key


def test_every_action_has_a_row() -> None:
    """A new action says who carries it out, and whether it is held to the limits."""
    assert set(ACTIONS) <= ROWS.keys()


@pytest.mark.parametrize("action", ACTIONS)
def test_each_function_carries_out_what_the_table_says(
    admin: Admin, action: str
) -> None:
    """Each function, and a record inside its limits, or outside by one thing."""
    keys = {outside: _stored(admin, record) for outside, record in RECORDS.items()}
    # An import's first step is the lookup key, which tells which record is meant.
    assert admin("import", key=foreign_key("first"), client="Acme")["status"] == 201
    if action == "restore":
        for key in keys.values():
            admin("revoke", keyId=key.key_id)
    limited = {function: _limited(function) for function in FUNCTIONS}
    before = admin.contents()
    # Those that do least come first: what the others do is done to all.
    for function, outside in product(reversed(FUNCTIONS), RECORDS):
        key = keys[outside]
        asked = request(
            action,
            RECORDS[outside],
            key_id=key.key_id,
            credential=key.text,
            foreign=foreign_key(outside),
        )
        answer = limited[function].send(asked)
        cell = (action, function, outside, answer)
        if not is_refused(action, function, outside):
            assert answer["status"] != 403, cell
            before = admin.contents()
            continue
        assert answer["status"] == 403, cell
        assert named_in(answer, function, action, outside), cell
        after = admin.contents()
        # Restored for a moment it was, so that its deletion is a new one.
        known = before if action != "restore" else _deleted(before)
        assert (after if action != "restore" else _deleted(after)) == known, cell


def _deleted(contents: dict[str, tuple[str | None, str]]) -> dict[str, bool]:
    return {name: text is None for name, (text, _) in contents.items()}


@pytest.mark.parametrize("action", ["enable", "rotate"])
def test_a_support_function_for_every_role_gives_nothing_out(
    admin: Admin, action: str
) -> None:
    """To enable undoes a lock, to rotate hands a key out: both need a limit."""
    key = _stored(admin, {})
    support = Admin(ADMIN_ACTIONS="support")
    answer = support(action, keyId=key.key_id)
    assert answer["error"]["code"] == "not_permitted"
    assert "only where GrantableRoles is not *" in answer["error"]["message"]
    assert support("disable", keyId=key.key_id)["status"] == 200


@pytest.mark.parametrize("outside", ["Sessions", "Plans", "Clients"])
def test_the_limits_of_a_support_function_hold_without_one_of_roles(
    admin: Admin, outside: str
) -> None:
    """``confirm`` changes a record; the session, plan and client count."""
    key = _stored(admin, RECORDS[outside])
    answer = _limited("support", GRANTABLE_ROLES="*")("confirm", keyId=key.key_id)
    assert named_in(answer, "support", "confirm", outside)


def test_an_unknown_action_is_for_the_function_of_all() -> None:
    """What no choice names, only one that carries out everything does."""
    request = Get(action="get", keyId="0" * 16)
    Permissions("all", grants_every_role=True).check("some.new", request)
    for choice in ("support", "read"):
        permissions = Permissions(choice, grants_every_role=False)
        with pytest.raises(RefusedError, match=f"AdminActions {choice}"):
            permissions.check("some.new", request)


def test_a_refused_action_is_in_the_audit_log(admin: Admin) -> None:
    """With the key that it was about."""
    key = _stored(admin, {})
    reader = Admin(ADMIN_ACTIONS="read")
    reader("disable", keyId=key.key_id)
    assert reader.audit == {
        "action": "disable",
        "key_id": key.key_id,
        "login": None,
        "status": 403,
        "error_code": "not_permitted",
    }
