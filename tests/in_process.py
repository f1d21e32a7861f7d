"""The admin function in this process, and what stands for AWS beside it."""

from __future__ import annotations

import json
import time
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from admin.deployment import Deployment
from admin.dispatch import Actions
from admin.settings import Settings
from apikeys_cli.admin_function import Invocation
from apikeys_cli.connection import Connection
from tests.fakes import SIGNING_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REGION = "eu-west-1"


@cache
def client_of(service: str) -> Any:
    """Return a client, made once: moto answers it wherever it is on."""
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def deployment_of(
    environ: Mapping[str, str],
    make_client: Callable[[str], Any] = client_of,
    clock: Callable[[], float] = time.time,
) -> Deployment:
    """Return the admin function's deployment with these variables.

    Args:
        environ: beside the signing secret's name, which every deployment needs.
        make_client: makes the client of a service.
        clock: tells the seconds since 1970.
    """
    settings = Settings.from_environ({"SIGNING_SECRET": SIGNING_NAME, **environ})
    return Deployment.build(settings, make_client, clock)


class Sts:
    """An STS that knows the caller, or nobody."""

    def __init__(self, arn: str | None) -> None:
        self._arn = arn

    def get_caller_identity(self) -> dict[str, str]:
        """Answer as boto3's client does."""
        if self._arn is None:
            raise ClientError(
                {"Error": {"Code": "AccessDeniedException", "Message": "no"}},
                "GetCallerIdentity",
            )
        return {"Arn": self._arn}


class Session:
    """A boto3 session whose clients are stand-ins; one that is an error is raised."""

    def __init__(self, clients: Mapping[str, object]) -> None:
        self._clients = clients

    def client(self, service: str, **_: object) -> Any:
        """Return a stand-in."""
        found = self._clients[service]
        if isinstance(found, Exception):
            raise found
        return found


class InProcess:
    """The admin function, which keeps what it was asked.

    Attributes:
        requests: each request, in order.
        later: seconds that the function's clock is ahead.
        fault: called with each request and its answer; may raise.
        clients: what stands for the boto3 clients of a person's own.
        one_at_a_time: held by each request; moto's stores are not for threads.
    """

    def __init__(
        self, make_client: Callable[[str], Any] = client_of, **variables: str
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        self.later = 0.0
        self.fault: Callable[[dict[str, Any], dict[str, Any]], None] | None = None
        self.clients: dict[str, Any] = {"sts": Sts(None)}
        self.one_at_a_time = Lock()
        environ = {
            "RECORD_TTL_SECONDS": "2",
            "UNKNOWN_TTL_SECONDS": "1",
            "AUTHORIZER_CACHE_SECONDS": "3",
            "CREDENTIALS": "api-key,basic",
            "LEGACY_KEYS": "imported",
        }
        self._actions = Actions(
            deployment_of(
                environ | variables, make_client, lambda: time.time() + self.later
            )
        )

    def answer(self, request: dict[str, object]) -> Any:
        """Carry out a request as it would be after its way through Lambda."""
        asked = json.loads(json.dumps(request))
        self.requests.append(asked)
        with self.one_at_a_time:
            answer, _ = self._actions.carry_out(asked)
        if self.fault is not None:
            self.fault(asked, answer)
        return json.loads(json.dumps(answer))

    def invocation(self) -> Invocation:
        """Return an invocation of the command line that talks to this function."""
        session = Session(self.clients)
        connection = Connection("apikeys-admin", open_session=lambda **_: session)
        return Invocation(connection, self.answer)
