"""The admin function for commands: its actions, and the way to reach it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from functools import cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from apikeys_cli.connection import Connection
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    # Takes a request to the function and returns its answer, any JSON.
    type Transport = Callable[[dict[str, object]], Any]

_SERVER_ERROR = 500
_REFUSED = 400


class AdminFunction:
    """The function's actions, over a transport; calls may be concurrent."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def invoke(
        self, action: str, cleared: Iterable[str] = (), /, **fields: object
    ) -> dict[str, Any]:
        """Carry out one action and return the function's answer.

        Args:
            action: the action's name.
            cleared: the fields that are sent as null.
            fields: the action's other fields; None values are not sent.

        Raises:
            RefusedByFunctionError: the answer is 4xx.
            UnreachableError: there is no answer, or it is 5xx.
        """
        given = {name: value for name, value in fields.items() if value is not None}
        request = {"action": action, **given, **dict.fromkeys(cleared)}
        return _accepted(self._transport(request))


class LambdaTransport:
    """The way through AWS Lambda, with a client made when it is first needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # Threads may share a client, but not create it concurrently.
        self._making = Lock()

    def __call__(self, request: dict[str, object]) -> Any:  # noqa: ANN401 - any JSON
        """Return the function's answer to a request.

        Raises:
            UnreachableError: there is none, or the function failed.
        """
        with explained(), self._making:
            invoke = self._invoke
        with explained(acts=True):
            answer = invoke(Payload=json.dumps(request).encode())
            text = answer["Payload"].read()
        try:
            body = json.loads(text)
        except ValueError:
            # Judged like any other answer that is not the function's.
            body = None
        if "FunctionError" in answer:
            kind = body.get("errorType", "unknown") if isinstance(body, dict) else "?"
            raise UnreachableError(
                f"the admin function failed ({kind}); its log says why, request id "
                f"{answer['ResponseMetadata']['RequestId']}",
                may_have_acted=True,
            )
        return body

    @cached_property
    def _invoke(self) -> Callable[..., Any]:
        connection = self._connection
        name, asked = connection.function_name, connection.identity
        client, claim = connection.client("lambda"), {}
        if (arn := asked.result()) is not None:
            claim["ClientContext"] = client_context(arn)
        return partial(client.invoke, FunctionName=name, **claim)


@dataclass
class Invocation:
    """One use of the command line: the function, and the format of printed data.

    Attributes:
        connection: as the options say.
        transport: replaces the way through AWS Lambda.
        output: the format.
    """

    connection: Connection = field(default_factory=Connection)
    transport: Transport | None = None
    output: str = "table"

    @cached_property
    def function(self) -> AdminFunction:
        """The admin function."""
        return AdminFunction(self.transport or LambdaTransport(self.connection))


def client_context(arn: str) -> str:
    """Return the ``ClientContext`` of an invocation that claims this actor.

    It is for the function's audit log: a claim, not a proof. Lambda does not tell a
    function who invoked it; CloudTrail's data events prove it, and the claim helps to
    find them.
    """
    return base64.b64encode(json.dumps({"custom": {"actor": arn}}).encode()).decode()


def _accepted(body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    if not isinstance(body, dict) or not isinstance(body.get("status"), int):
        raise UnreachableError("this function does not answer as an admin function")
    status = body.pop("status")
    if status < _REFUSED:
        return body
    error = body["error"]
    lines = [f"{error['message']} ({error['code']})"]
    findings = error.get("findings", [])
    if len(findings) > 1:
        # A stored map that can't be read is not a field of the request.
        what = error.get("field") or error["message"]
        lines = [f"{what} ({error['code']})", *(f"  {f['message']}" for f in findings)]
    message = "\n".join(lines)
    if status >= _SERVER_ERROR:
        # Every other fault is found before anything is written.
        may_have_acted = error["code"] == "store_unavailable"
        raise UnreachableError(message, error["code"], may_have_acted=may_have_acted)
    raise RefusedByFunctionError(message, error["code"], error.get("field"))
