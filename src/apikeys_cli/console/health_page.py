"""What ``apikeys doctor`` finds, with remedies, and how often keys were used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys_cli.console.forms import text_of
from apikeys_cli.health.examination import examine
from apikeys_cli.records import name_of, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from apikeys_cli.console.context import Console

DAYS = 30

_STRANGERS = "unknown"


def health(console: Console, request: Request) -> Response:
    """Offer the check, since it reads each record; then show what was found."""
    looks = "look" in request.query_params
    findings = list(examine(console.invocation, [])) if looks else []
    return console.page("health.html", looks=looks, findings=findings, days=DAYS)


def ask_usage(console: Console, _request: Request, form: FormData) -> Response:
    """Start the query once per click, since what it reads is paid for."""

    def act() -> str:
        started = console.function.invoke("usage", days=DAYS)
        return f"/health/usage/{started['queryId']}"

    return console.goto(console.forms.spend(text_of(form, "form"), act))


def usage(console: Console, request: Request) -> Response:
    """Show how often each key was used, or wait for the query."""
    query = request.path_params["query"]
    answer = console.function.invoke("usage", queryId=query)
    rows = answer.get("usage")
    return console.page(
        "usage.html",
        is_running=rows is None,
        bars=_bars(rows or []),
        bytes_read=answer.get("bytesRead", 0),
        days=DAYS,
    )


def _bars(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a bar for each key, of allowed and refused, the most used first."""
    bars: dict[str, dict[str, Any]] = {}
    for row in rows:
        is_known = bool(row.get("keyId") or row.get("login"))
        name = name_of(row) if is_known else _STRANGERS
        empty = {"name": name, "allow": 0, "refuse": 0, "last": "", "record": None}
        bar = bars.setdefault(named(row) if is_known else "", empty)
        bar["record"] = row if is_known else None
        bar["allow" if row["outcome"] == "allow" else "refuse"] += row["decisions"]
        bar["last"] = max(bar["last"], row["last"])
    found = sorted(bars.values(), key=lambda bar: -(bar["allow"] + bar["refuse"]))
    most = max((bar["allow"] + bar["refuse"] for bar in found), default=1)
    return [bar | {"most": most} for bar in found]
