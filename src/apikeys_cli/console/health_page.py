"""What ``apikeys doctor`` finds, each with its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apikeys_cli.health.examination import examine

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from apikeys_cli.console.context import Console


def health(console: Console, request: Request) -> Response:
    """Offer to look, since that reads each record; then show what was found."""
    looks = "look" in request.query_params
    findings = list(examine(console.invocation, [])) if looks else []
    return console.page("health.html", looks=looks, findings=findings)
