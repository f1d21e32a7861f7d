"""The admin function that the command line talks to."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import click
from botocore.config import Config

from apikeys_cli import actor
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError, explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Future

FUNCTION_VARIABLE = "APIKEYS_FUNCTION"

_OUTPUT_KEY = "AdminFunctionName"
_SERVER_ERROR = 500
_REFUSED = 400
# No repeats: an issue whose answer was lost would issue a second key. The function ends
# within 60 s.
_CONFIG = Config(connect_timeout=5, read_timeout=70, retries={"total_max_attempts": 1})


@dataclass
class Target:
    """Where the function is, as the options or the environment say."""

    function: str | None = None
    stack: str | None = None
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    output: str = "table"
    # A client may be shared, but not while it is made.
    _making: Lock = field(default_factory=Lock, repr=False, compare=False)

    def invoke(
        self, action: str, *, cleared: Iterable[str] = (), **fields: object
    ) -> dict[str, Any]:
        """Carry out one action and return the function's answer.

        Args:
            action: the action's name.
            cleared: the fields that are sent as null.
            fields: the action's other fields; those that are None are not sent.

        Raises:
            RefusedByFunctionError: the answer is 4xx.
            UnreachableError: there is no answer, or it is 5xx.
        """
        given = {name: value for name, value in fields.items() if value is not None}
        request = {"action": action, **given, **dict.fromkeys(cleared)}
        return _accepted(self.answer(request))

    def answer(self, request: dict[str, object]) -> Any:  # noqa: ANN401 - any JSON
        """Return what the function answers to a request; several may ask at once.

        Raises:
            UnreachableError: nothing.
        """
        with explained():
            with self._making:
                invoke = self._invoke
            answer = invoke(Payload=json.dumps(request).encode())
            body = json.load(answer["Payload"])
        if "FunctionError" in answer:
            kind = body.get("errorType", "unknown") if isinstance(body, dict) else "?"
            raise UnreachableError(
                f"the admin function failed ({kind}); its log says why, request id "
                f"{answer['ResponseMetadata']['RequestId']}"
            )
        return body

    @cached_property
    def caller(self) -> str | None:
        """The ARN of who runs the command line, None where STS does not tell."""
        return self._identity.result()

    @cached_property
    def _identity(self) -> Future[str | None]:
        """The answer of STS, which comes while the client of Lambda is made."""
        aside = ThreadPoolExecutor(1)
        asked = aside.submit(actor.caller_arn, self.client("sts", actor.QUICK))
        aside.shutdown(wait=False)
        return asked

    @cached_property
    def function_name(self) -> str:
        """The function's name or ARN."""
        if self.function:
            return self.function
        if self.stack:
            return self._from_stack(self.stack)
        name = os.environ.get(FUNCTION_VARIABLE)
        if not name:
            raise click.UsageError(
                "which admin function? Give --stack (the stack's name), --function, or "
                f"set {FUNCTION_VARIABLE}"
            )
        return name

    def client(self, service: str, config: Config = _CONFIG) -> Any:  # noqa: ANN401
        """Return the boto3 client of a service."""
        try:
            return self._session.client(
                service, endpoint_url=self.endpoint_url, config=config
            )
        except ValueError as error:
            raise click.UsageError(f"--endpoint-url: {error}") from error

    @cached_property
    def _invoke(self) -> Callable[..., Any]:
        name, _ = self.function_name, self._identity
        client, claim = self.client("lambda"), {}
        if self.caller is not None:
            claim["ClientContext"] = actor.client_context(self.caller)
        return partial(client.invoke, FunctionName=name, **claim)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(profile_name=self.profile, region_name=self.region)

    def _from_stack(self, stack: str) -> str:
        found = self.client("cloudformation").describe_stacks(StackName=stack)
        for output in found["Stacks"][0].get("Outputs", []):
            if output["OutputKey"] == _OUTPUT_KEY:
                return str(output["OutputValue"])
        raise UnreachableError(f"the stack {stack} has no output {_OUTPUT_KEY}")


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
        lines = [f"{error['field']} ({error['code']})", *(f"  {f}" for f in findings)]
    message = "\n".join(lines)
    if status >= _SERVER_ERROR:
        raise UnreachableError(message, error["code"])
    raise RefusedByFunctionError(message, error["code"])
