"""The admin function keeps nothing between two invocations that could grow old."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING

import admin as package
from apikeys.key import Key
from tests.builders import signing_secret
from tests.fakes import ROLES_NAME, SIGNING_NAME

if TYPE_CHECKING:
    from tests.unit.admin.doubles import Admin

# A clock that a freeze may stop, and what keeps an answer for later calls.
_AGES = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"}
_CACHES = {"cache", "cached_property", "lru_cache"}


def test_what_others_change_counts_at_once(admin: Admin) -> None:
    """No clock moves between the actions: what each judges by is read again."""
    key, _ = admin.issued(roles=["READER"])
    assert admin("verify", credential=key.text)["decision"] == "allow"

    admin.overwrite(
        f"APIKEY_{key.key_id}",
        json.dumps(admin.record(key.key_id) | {"enabled": False}),
    )
    assert admin("verify", credential=key.text)["reason"] == "disabled"

    admin.overwrite(ROLES_NAME, json.dumps({"roles": {"AUDITOR": {}}}))
    assert admin("issue", client="Acme", roles=["READER"])["status"] == 400
    assert admin("issue", client="Acme", roles=["AUDITOR"])["status"] == 201

    admin.overwrite(SIGNING_NAME, json.dumps({"current": "n" * 64}))
    assert admin("verify", credential=key.text)["reason"] == "forged"
    fresh = Key.parse(admin("issue", client="Acme")["key"])
    assert admin("verify", credential=fresh.text)["reason"] == "no_role"

    admin.overwrite(SIGNING_NAME, signing_secret())
    assert admin("verify", credential=fresh.text)["reason"] == "forged"


def test_no_module_of_the_function_keeps_an_answer_or_an_age() -> None:
    """So no clock, frozen or set, makes the function judge by what was read before."""
    found = [
        f"{path.name}: {name}"
        for path in Path(package.__path__[0]).rglob("*.py")
        for name in _names(ast.parse(path.read_text(encoding="utf-8")))
        if name in _AGES | _CACHES
    ]
    assert found == []


def _names(tree: ast.AST) -> list[str]:
    names = []
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                names.append(name)
            case _:
                pass
    return names
