"""The page of all keys: filters, search, and changes to several at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from apikeys_cli.console.context import path_of
from apikeys_cli.console.forms import text_of
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from apikeys_cli.console.context import Console

STATES = ("active", "disabled", "expired", "revoked")

_FILTERS = ("q", "state", "client", "role", "expiring", "after")
_ROWS = 50
# A page of the function's may have no match, and yet a next page.
_MOST_CALLS = 5
_AT_ONCE = 4
_DONE = {"disable": "disabled", "revoke": "revoked"}


def keys(console: Console, request: Request) -> Response:
    """Show the keys and accounts that match; only the table for the script."""
    asked = {name: request.query_params.get(name, "").strip() for name in _FILTERS}
    if "again" in request.query_params:
        console.catalogue.forget()
        # A page that is loaded again must not read again as well.
        return console.goto(f"/keys?{urlencode({'q': asked['q']})}")
    template = "rows.html" if "rows" in request.query_params else "keys.html"
    found = _searched(console, asked) if asked["q"] else _listed(console, asked)
    return console.page(
        template,
        asked=asked,
        roles=console.role_names() if template == "keys.html" else [],
        states=STATES,
        **found,
    )


def confirm_selected(console: Console, _request: Request, form: FormData) -> Response:
    """Ask whether to disable or revoke several records."""
    verb, names = text_of(form, "verb"), [str(name) for name in form.getlist("names")]
    if verb not in _DONE or not names:
        return console.page("message.html", 400, title="Select keys first", text="")
    return console.page("selected.html", verb=verb, names=names, error=None)


def change_selected(console: Console, _request: Request, form: FormData) -> Response:
    """Disable or revoke several records, and report each."""
    verb, names = text_of(form, "verb"), [str(name) for name in form.getlist("names")]
    if verb == "revoke" and text_of(form, "count") != str(len(names)):
        error = f"type {len(names)}, the number of keys, to revoke them"
        return console.page("selected.html", 400, verb=verb, names=names, error=error)
    rows: list[dict[str, str]] = []

    def act() -> str:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            rows.extend(pool.map(lambda name: _changed(console, verb, name), names))
        return ""

    console.forms.spend(text_of(form, "form"), act)
    return console.page("report.html", verb=_DONE[verb], rows=rows)


def _searched(console: Console, asked: dict[str, str]) -> dict[str, Any]:
    match = console.catalogue.search(asked["q"], _ROWS)
    return {
        "records": match.records,
        "count": match.total,
        "is_reading": match.is_reading,
        "fault": match.fault,
        "next": None,
    }


def _listed(console: Console, asked: dict[str, str]) -> dict[str, Any]:
    days = asked["expiring"]
    fields = {
        "state": asked["state"] or None,
        "client": asked["client"] or None,
        "role": asked["role"] or None,
        "expiringWithinDays": int(days) if days.isdecimal() else days or None,
    }
    records: list[dict[str, Any]] = []
    token = asked["after"] or None
    for _ in range(_MOST_CALLS):
        answer = console.function.invoke("list", limit=_ROWS, nextToken=token, **fields)
        records += answer["records"]
        token = answer.get("nextToken")
        if records or token is None:
            break
    console.catalogue.note(r for r in records if r["state"] != "revoked")
    return {
        "records": records,
        "count": len(records),
        "is_reading": False,
        "fault": None,
        "next": token,
    }


def _changed(console: Console, verb: str, name: str) -> dict[str, str]:
    """Change one of several records, and return its row in the report."""
    kind, _, value = name.partition(":")
    row = {"name": value, "path": path_of({kind: value})}
    try:
        answer = console.function.invoke(verb, **{kind: value})
    except (RefusedByFunctionError, UnreachableError) as error:
        return row | {"status": "failed", "remark": error.format_message()}
    console.done(answer, _DONE[verb].capitalize())
    within = answer["effectiveWithinSeconds"]
    remark = f"in force everywhere within {within} s"
    return row | {"status": _DONE[verb], "remark": remark}
