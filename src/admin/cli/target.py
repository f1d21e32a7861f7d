"""The admin function that the command line talks to."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from botocore.client import BaseClient

FUNCTION_VARIABLE = "APIKEYS_FUNCTION"

_OUTPUT_KEY = "AdminFunctionName"
_SERVER_ERROR = 500
_REFUSED = 400
# No repeats: an issue whose answer was lost would issue a second key. The function ends
# within 60 s.
_CONFIG = Config(connect_timeout=5, read_timeout=70, retries={"total_max_attempts": 1})


class RefusedByFunctionError(click.ClickException):
    """The function refused; nothing was changed."""

    exit_code = 1


class UnreachableError(click.ClickException):
    """The function can't be reached, may not be called, or failed."""

    exit_code = 3


@dataclass
class Target:
    """Where the function is, as the options or the environment say."""

    function: str | None = None
    stack: str | None = None
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    output: str = "table"

    def invoke(self, action: str, **fields: object) -> dict[str, Any]:
        """Carry out one action and return the function's answer.

        Args:
            action: the action's name.
            fields: the action's fields; those that are None are not sent.

        Raises:
            RefusedByFunctionError: the answer is 4xx.
            UnreachableError: there is no answer, or it is 5xx.
        """
        given = {name: value for name, value in fields.items() if value is not None}
        payload = json.dumps({"action": action, **given})
        try:
            answer = self._client("lambda").invoke(  # type: ignore[attr-defined]
                FunctionName=self._function_name(), Payload=payload.encode()
            )
            body = json.load(answer["Payload"])
        except (BotoCoreError, ClientError) as error:
            raise UnreachableError(f"the admin function: {error}") from error
        if "FunctionError" in answer:
            kind = body.get("errorType", "unknown") if isinstance(body, dict) else "?"
            raise UnreachableError(
                f"the admin function failed ({kind}); its log says why, request id "
                f"{answer['ResponseMetadata']['RequestId']}"
            )
        return _accepted(body)

    def _function_name(self) -> str:
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

    def _from_stack(self, stack: str) -> str:
        found = self._client("cloudformation").describe_stacks(  # type: ignore[attr-defined]
            StackName=stack
        )
        for output in found["Stacks"][0].get("Outputs", []):
            if output["OutputKey"] == _OUTPUT_KEY:
                return str(output["OutputValue"])
        raise UnreachableError(f"the stack {stack} has no output {_OUTPUT_KEY}")

    def _client(self, service: str) -> BaseClient:
        session = boto3.Session(profile_name=self.profile, region_name=self.region)
        client: BaseClient = session.client(
            service,
            endpoint_url=self.endpoint_url,
            config=_CONFIG,
        )
        return client


def _accepted(body: dict[str, Any]) -> dict[str, Any]:
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
        raise UnreachableError(message)
    raise RefusedByFunctionError(message)
