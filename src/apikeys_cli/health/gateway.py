"""One stage of a REST API in API Gateway, as it stands.

Read with the identity of whoever runs the command line, and never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from apikeys_cli.errors import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_apigateway import APIGatewayClient

# A preflight request can't carry a key.
_OPEN = "OPTIONS"


@dataclass(frozen=True)
class RestStage:
    """What was read of a stage.

    Attributes:
        name: ``apiId/stage``.
        settings: the stage's own.
        methods: each route, ``GET /reports``, with its method, but OPTIONS.
        authorizers: by their ids.
        deployed: how each route is guarded in what the stage serves, which may be
            older than what the API's methods say now.
        canary: the same of what its canary serves; empty where it has none.
    """

    name: str
    settings: Mapping[str, Any]
    methods: Mapping[str, Mapping[str, Any]]
    authorizers: Mapping[str, Mapping[str, Any]]
    deployed: Mapping[str, str]
    canary: Mapping[str, str]

    @classmethod
    def read(cls, client: APIGatewayClient, api: str, stage: str) -> Self:
        """Ask API Gateway.

        Raises:
            UnreachableError: it does not tell.
        """
        with explained():
            settings: dict[str, Any] = dict(
                client.get_stage(restApiId=api, stageName=stage)
            )
            canary = settings.get("canarySettings", {}).get("deploymentId")
            return cls(
                f"{api}/{stage}",
                settings,
                dict(_methods(client, api)),
                dict(_authorizers(client, api)),
                dict(_deployed(client, api, settings["deploymentId"])),
                dict(_deployed(client, api, canary)) if canary else {},
            )


def _methods(
    client: APIGatewayClient, api: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    pages = client.get_paginator("get_resources").paginate(
        restApiId=api, embed=["methods"], PaginationConfig={"PageSize": 500}
    )
    for page in pages:
        for resource in page.get("items", []):
            for verb, method in resource.get("resourceMethods", {}).items():
                if verb != _OPEN:
                    yield f"{verb} {resource['path']}", dict(method)


def _authorizers(
    client: APIGatewayClient, api: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for page in client.get_paginator("get_authorizers").paginate(restApiId=api):
        for authorizer in page.get("items", []):
            yield authorizer["id"], dict(authorizer)


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
