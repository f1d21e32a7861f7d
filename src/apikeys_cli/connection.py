"""Where the function is, as the options or the environment say, and AWS from there."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from apikeys_cli.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from mypy_boto3_sts import STSClient

FUNCTION_VARIABLE = "APIKEYS_FUNCTION"

_OUTPUT_KEY = "AdminFunctionName"
# No repeats: an issue whose answer was lost would issue a second key. The function ends
# within 60 s.
_CONFIG = Config(connect_timeout=5, read_timeout=70, retries={"total_max_attempts": 1})
# A command must not wait for what it can do without.
_QUICK = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})


@dataclass
class Connection:
    """The account and region, the function in it, and the clients of its services.

    Attributes:
        function: the function's name or ARN, where it was given …
        stack: … or the stack that has it.
        profile: of the AWS configuration.
        region: the AWS region.
        endpoint_url: called in place of AWS's own.
        open_session: makes the session that makes clients.
    """

    function: str | None = None
    stack: str | None = None
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    open_session: Callable[..., Any] = boto3.Session

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

    @cached_property
    def identity(self) -> Future[str | None]:
        """The caller's ARN, asked for aside: it comes while other work is done."""
        aside = ThreadPoolExecutor(1)
        asked = aside.submit(_caller_arn, self.client("sts", _QUICK))
        aside.shutdown(wait=False)
        return asked

    @property
    def caller(self) -> str | None:
        """The ARN of who runs the command line, None where STS does not tell."""
        return self.identity.result()

    def client(self, service: str, config: Config = _CONFIG) -> Any:  # noqa: ANN401 - of any service
        """Return the boto3 client of a service."""
        try:
            return self._session.client(
                service, endpoint_url=self.endpoint_url, config=config
            )
        except ValueError as error:
            raise click.UsageError(f"--endpoint-url: {error}") from error

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 - whatever makes clients
        return self.open_session(profile_name=self.profile, region_name=self.region)

    def _from_stack(self, stack: str) -> str:
        found = self.client("cloudformation").describe_stacks(StackName=stack)
        for output in found["Stacks"][0].get("Outputs", []):
            if output["OutputKey"] == _OUTPUT_KEY:
                return str(output["OutputValue"])
        raise UnreachableError(f"the stack {stack} has no output {_OUTPUT_KEY}")


def _caller_arn(client: STSClient) -> str | None:
    try:
        return client.get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError):
        return None
