"""A stage of an HTTP API or a WebSocket API, as API Gateway describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys.route import CONNECT
from apikeys_cli.health.gateway import Authorizer, Kind, Route, Stage
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client

# A preflight request can't carry a key.
_OPEN = "OPTIONS"


def read_v2_stage(
    client: ApiGatewayV2Client, kind: Kind, api: str, stage: str
) -> Stage:
    """Ask API Gateway.

    Raises:
        UnreachableError: it does not answer.
    """
    with explained():
        settings: dict[str, Any] = dict(client.get_stage(ApiId=api, StageName=stage))
        return Stage(
            api,
            stage,
            kind,
            dict(_routes(client, kind, api)),
            dict(_authorizers(client, api)),
            tuple(_traced(settings)),
            settings.get("AccessLogSettings", {}).get("Format", ""),
            # Another stage serves a deployment, whose routes the API doesn't show.
            is_current=settings.get("AutoDeploy", False),
        )


def _routes(
    client: ApiGatewayV2Client, kind: Kind, api: str
) -> Iterator[tuple[str, Route]]:
    """Yield the routes that can have an authorizer.

    A WebSocket API authorizes once, at ``$connect``, which is open if not defined.
    """
    if kind is Kind.WEBSOCKET:
        yield CONNECT, Route("NONE", None)
    for page in client.get_paginator("get_routes").paginate(ApiId=api):
        for found in page.get("Items", []):
            key = found["RouteKey"]
            is_asked = key == CONNECT if kind is Kind.WEBSOCKET else True
            if is_asked and key.partition(" ")[0] != _OPEN:
                guard = found.get("AuthorizationType", "NONE")
                yield key, Route(guard, found.get("AuthorizerId"))


def _authorizers(
    client: ApiGatewayV2Client, api: str
) -> Iterator[tuple[str, Authorizer]]:
    for page in client.get_paginator("get_authorizers").paginate(ApiId=api):
        for found in page.get("Items", []):
            # An authorizer that verifies tokens itself invokes nothing.
            if found.get("AuthorizerType") == "REQUEST":
                yield found["AuthorizerId"], _authorizer(found)


def _authorizer(found: Mapping[str, Any]) -> Authorizer:
    return Authorizer(
        name=found.get("Name", "authorizer"),
        source=",".join(found.get("IdentitySource") or ()) or "none",
        # Off by default; a WebSocket API has no cache.
        ttl=int(found.get("AuthorizerResultTtlInSeconds") or 0),
        uri=found.get("AuthorizerUri", ""),
        role=found.get("AuthorizerCredentialsArn") or "",
        payload=found.get("AuthorizerPayloadFormatVersion") or "",
        answers_simply=bool(found.get("EnableSimpleResponses")),
    )


def _traced(settings: Mapping[str, Any]) -> Iterator[str]:
    every = {"every route": settings.get("DefaultRouteSettings", {})}
    for route, chosen in (every | settings.get("RouteSettings", {})).items():
        if chosen.get("DataTraceEnabled"):
            yield route
