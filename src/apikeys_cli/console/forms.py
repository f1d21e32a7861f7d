"""Posted forms, and the request fields that they stand for."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from apikeys.session import SETTINGS
from apikeys_cli import dates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData

    from apikeys_cli.errors import RefusedByFunctionError

TEXTS = ("client", "issuer", "name", "description")
ADMINISTRATOR = "ADMINISTRATOR"

_NUMBERED = re.compile(r"\.[0-9]+$")


def text_of(form: FormData, name: str) -> str:
    """Return a field's text, stripped; empty if there is none."""
    return str(form.get(name, "")).strip()


def described(form: FormData) -> dict[str, Any]:
    """Return what a form says about a record; None for a field left empty."""
    return {
        **{name: text_of(form, name) or None for name in TEXTS},
        "roles": _roles(form),
        "session": _session(form),
        "allowedCidrs": text_of(form, "allowedCidrs").split() or None,
    }


def life(form: FormData) -> dict[str, Any]:
    """Return the fields that say when a key ends; none for the default, or as before.

    A date means the whole of that day, UTC. What is not a date or a number is sent as
    typed: the function says what is allowed.
    """
    match text_of(form, "expiry"):
        case "never":
            return {"neverExpires": True}
        case "days":
            days = text_of(form, "lifetimeDays")
            return {"lifetimeDays": int(days) if days.isdecimal() else days}
        case "date":
            date = text_of(form, "expirationDate")
            fields = dates.end_fields(date, time.time()) if date[:1].isdigit() else None
            return fields or {"expirationDate": date}
    return {}


def changes(form: FormData, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a form changes in a record; None removes one."""
    asked = described(form)
    asked["roles"] = asked["roles"] or []
    changed = {
        name: value for name, value in asked.items() if value != _now(record, name)
    }
    return changed | life(form)


def typed(form: FormData) -> dict[str, Any]:
    """Return what was typed, to show the form again; a password is typed again."""
    values: dict[str, Any] = {name: form.get(name) for name in form}
    values.pop("password", None)
    values["roles"] = [str(role) for role in form.getlist("roles")]
    return values


def as_typed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as the values of a form's fields."""
    roles = record.get("roles", [])
    session = record.get("session") or {}
    return {
        **{name: record.get(name) for name in TEXTS},
        "roles": roles,
        "role": "administrator" if roles == [ADMINISTRATOR] else "custom",
        "allowSession": bool(session),
        **{f"session.{name}": session.get(name) for name in SETTINGS},
        "usagePlanId": record.get("usagePlanId"),
        "allowedCidrs": "\n".join(record.get("allowedCidrs", [])),
    }


def message_by_field(error: RefusedByFunctionError) -> dict[str, str]:
    """Return a refusal as a message on the field that it names, if any."""
    field = error.field or ""
    text = error.message.removesuffix(f" ({error.code})").removeprefix(f"{field}: ")
    # An item such as allowedCidrs.0 is typed into one field for all.
    return {_NUMBERED.sub("", field): text}


def _roles(form: FormData) -> list[str] | None:
    if text_of(form, "role") == "administrator":
        return [ADMINISTRATOR]
    return [str(role) for role in form.getlist("roles")] or None


def _session(form: FormData) -> dict[str, str] | None:
    if not text_of(form, "allowSession"):
        return None
    given = {name: text_of(form, f"session.{name}") for name in SETTINGS}
    return {name: text for name, text in given.items() if text}


def _now(record: Mapping[str, Any], name: str) -> object:
    if name == "roles":
        return list(record.get("roles", []))
    return record.get(name)
