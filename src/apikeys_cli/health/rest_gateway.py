"""A stage of a REST API, as API Gateway describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys_cli.health.gateway import Authorizer, Kind, Route, Stage
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_apigateway import APIGatewayClient

# A preflight request can't carry a key.
_OPEN = "OPTIONS"
_INVOKING = ("REQUEST", "TOKEN")
# API Gateway's default for an authorizer.
_DEFAULT_TTL_SECONDS = 300


def read_rest_stage(client: APIGatewayClient, api: str, stage: str) -> Stage:
    """Ask API Gateway.

    Raises:
        UnreachableError: it does not answer.
    """
    with explained():
        settings: dict[str, Any] = dict(
            client.get_stage(restApiId=api, stageName=stage)
        )
        canary = settings.get("canarySettings", {}).get("deploymentId")
        traces = settings.get("methodSettings", {})
        return Stage(
            api,
            stage,
            Kind.REST,
            dict(_routes(client, api)),
            dict(_authorizers(client, api)),
            tuple(r for r, s in traces.items() if s.get("dataTraceEnabled")),
            settings.get("accessLogSettings", {}).get("format", ""),
            deployed=dict(_deployed(client, api, settings["deploymentId"])),
            canary=dict(_deployed(client, api, canary)) if canary else {},
        )


def _routes(client: APIGatewayClient, api: str) -> Iterator[tuple[str, Route]]:
    pages = client.get_paginator("get_resources").paginate(
        restApiId=api, embed=["methods"], PaginationConfig={"PageSize": 500}
    )
    for page in pages:
        for resource in page.get("items", []):
            for verb, method in resource.get("resourceMethods", {}).items():
                if verb != _OPEN:
                    guard = method.get("authorizationType", "NONE")
                    route = Route(guard, method.get("authorizerId"))
                    yield f"{verb} {resource['path']}", route


def _authorizers(
    client: APIGatewayClient, api: str
) -> Iterator[tuple[str, Authorizer]]:
    for page in client.get_paginator("get_authorizers").paginate(restApiId=api):
        for found in page.get("items", []):
            # One that verifies tokens of Cognito's itself invokes nothing.
            if found.get("type") in _INVOKING:
                yield found["id"], _authorizer(found)


def _authorizer(found: Mapping[str, Any]) -> Authorizer:
    return Authorizer(
        name=found.get("name", "authorizer"),
        source=found.get("identitySource") or "none",
        ttl=int(found.get("authorizerResultTtlInSeconds", _DEFAULT_TTL_SECONDS)),
        uri=found.get("authorizerUri", ""),
        role=found.get("authorizerCredentials", ""),
        takes_token=found.get("type") == "TOKEN",
    )


def _deployed(
    client: APIGatewayClient, api: str, deployment: str
) -> Iterator[tuple[str, str]]:
    found = client.get_deployment(
        restApiId=api, deploymentId=deployment, embed=["apisummary"]
    )
    for path, verbs in found.get("apiSummary", {}).items():
        for verb, method in verbs.items():
            if verb != _OPEN and "authorizationType" in method:
                yield f"{verb} {path}", method["authorizationType"]
