"""Events of every kind as AWS documents them: those of ``events/``, filled in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.builders import STAGE_ARN

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parents[1] / "events"
_TEXTS = {
    kind: (_FOLDER / f"{kind}.json").read_text("utf-8")
    for kind in (
        "rest-request",
        "rest-token",
        "http-api-2.0",
        "http-api-1.0",
        "websocket-connect",
    )
}
KINDS = tuple(_TEXTS)
# Those that a policy refuses.
HTTP_KINDS = ("http-api-2.0", "http-api-1.0")
# Those that name their headers.
HEADER_KINDS = tuple(kind for kind in KINDS if kind != "rest-token")


def key_event(kind: str, key: str | None, path: str | None = None) -> dict[str, Any]:
    """Return the event of a request that presents a key, or nothing."""
    return event_of(kind, {} if key is None else {"X-API-Key": key}, path)


def event_of(
    kind: str, headers: Mapping[str, str], path: str | None = None
) -> dict[str, Any]:
    """Return the event of a request with these headers besides the usual ones.

    Args:
        kind: one of ``KINDS``; TOKEN takes the value of the first header.
        headers: with the credential.
        path: what stands behind the stage in the method's ARN.
    """
    event: dict[str, Any] = json.loads(_TEXTS[kind])
    if path is None:
        path = "$connect" if kind == "websocket-connect" else "GET/reports/7"
    arn = "routeArn" if kind == "http-api-2.0" else "methodArn"
    event[arn] = f"{STAGE_ARN}/{path}"
    if kind == "rest-token":
        event["authorizationToken"] = next(iter(headers.values()), "")
        return event
    if kind == "http-api-2.0":
        headers = {name.lower(): value for name, value in headers.items()}
    event["headers"].pop("X-API-Key", None)
    event["headers"].pop("x-api-key", None)
    event["headers"] |= headers
    if "multiValueHeaders" in event:
        del event["multiValueHeaders"]["X-API-Key"]
        event["multiValueHeaders"] |= {n: [value] for n, value in headers.items()}
    return event
