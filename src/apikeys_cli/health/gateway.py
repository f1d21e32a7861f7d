"""One stage of an API in API Gateway, of any kind, as it is now.

Read with the identity of whoever runs the command line, and never changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from apikeys_cli.errors import UnreachableError
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.connection import Connection

_MISSING = "NotFoundException"
# Whichever alias or version is invoked.
_FUNCTION = re.compile(":function:([^:/]+)")


class Kind(StrEnum):
    """The kinds of APIs, as people call them."""

    REST = "REST"
    HTTP = "HTTP"
    WEBSOCKET = "WebSocket"


@dataclass(frozen=True)
class Route:
    """How a route is guarded: ``NONE``, ``CUSTOM`` by an authorizer, or another way."""

    guard: str
    authorizer: str | None


@dataclass(frozen=True)
class Authorizer:
    """An authorizer as configured in an API.

    Attributes:
        name: for people.
        source: its identity source, several separated by commas, ``none`` for none.
        ttl: how long its answers are cached, in seconds.
        uri: by which API Gateway invokes its function.
        role: by which API Gateway may, empty if the function's own policy allows it.
        takes_token: whether it is handed only the value of that header.
        payload: the version of an HTTP API's events, empty elsewhere.
        answers_simply: whether it is to answer yes or no instead of a policy.
    """

    name: str
    source: str
    ttl: int
    uri: str
    role: str = ""
    takes_token: bool = False
    payload: str = ""
    answers_simply: bool = False


@dataclass(frozen=True)
class Stage:
    """What was read of a stage.

    Attributes:
        api: the API's id.
        stage: its own name.
        kind: the API's.
        routes: each route, ``GET /reports``, that can have an authorizer.
        authorizers: by their ids.
        traced: the routes whose data trace is on.
        log_format: of its access log, empty if none is written.
        is_current: whether it is known to serve those routes, and no older ones.
        deployed: how each route of a REST API is guarded in what the stage serves.
        canary: the same for its canary; empty if it has none.
    """

    api: str
    stage: str
    kind: Kind
    routes: Mapping[str, Route]
    authorizers: Mapping[str, Authorizer]
    traced: tuple[str, ...] = ()
    log_format: str = ""
    is_current: bool = True
    deployed: Mapping[str, str] = field(default_factory=dict)
    canary: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """``apiId/stage``."""
        return f"{self.api}/{self.stage}"

    @property
    def functions(self) -> dict[str, list[str]]:
        """The routes that each function guards, by its name or else its URI."""
        found: dict[str, list[str]] = {}
        for name, route in self.routes.items():
            authorizer = self.authorizers.get(route.authorizer or "")
            if authorizer is not None:
                named = _FUNCTION.search(authorizer.uri)
                function = authorizer.uri if named is None else named[1]
                found.setdefault(function, []).append(name)
        return found

    @property
    def used(self) -> dict[str, Authorizer]:
        """The authorizers that guard a route, by id."""
        guarding = {route.authorizer for route in self.routes.values()}
        return {k: one for k, one in self.authorizers.items() if k in guarding}


def kind_of(connection: Connection, api: str) -> Kind | None:
    """Return the kind of the API with this id, None if there is no such API.

    Raises:
        UnreachableError: API Gateway does not answer.
    """
    if _found(connection.client("apigateway").get_rest_api, restApiId=api):
        return Kind.REST
    found = _found(connection.client("apigatewayv2").get_api, ApiId=api)
    if found is None:
        return None
    return Kind.HTTP if found["ProtocolType"] == "HTTP" else Kind.WEBSOCKET


def _found(look: Any, **asked: str) -> Any:  # noqa: ANN401 - an operation of boto3's
    """Return an answer, None if what is asked for does not exist."""
    try:
        with explained():
            return look(**asked)
    except UnreachableError as error:
        if error.code == _MISSING:
            return None
        raise
