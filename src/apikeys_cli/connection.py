"""Where the function is, by the options or the environment, and its AWS clients."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from apikeys_cli.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from botocore.config import Config
    from mypy_boto3_sts import STSClient

FUNCTION_VARIABLE = "APIKEYS_FUNCTION"
STACK_VARIABLE = "APIKEYS_STACK"

_OUTPUT_KEY = "AdminFunctionName"
_REGION_VARIABLE = "AWS_REGION"


def _session(*, profile_name: str | None, region_name: str | None) -> Any:  # noqa: ANN401 - whatever makes clients
    # It takes longer to import than it takes to show the help.
    import boto3  # noqa: PLC0415 - as it says

    return boto3.Session(profile_name=profile_name, region_name=region_name)


@dataclass
class Connection:
    """The account and region, the function in it, and the clients of its services.

    Attributes:
        function: the function's name or ARN, if it was given …
        stack: … or the stack that has it.
        profile: of the AWS configuration.
        region: the AWS region.
        endpoint_url: called instead of AWS's own.
        open_session: opens the session that makes clients.
    """

    function: str | None = None
    stack: str | None = None
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    open_session: Callable[..., Any] = _session

    @cached_property
    def function_name(self) -> str:
        """The function's name or ARN: from an option, else from the environment."""
        if self.function and self.stack:
            raise click.UsageError("give --function or --stack, not both")
        function, stack = self.function, self.stack
        if not (function or stack):
            function = os.environ.get(FUNCTION_VARIABLE)
            stack = os.environ.get(STACK_VARIABLE)
        if function:
            return function
        if stack:
            return self._from_stack(stack)
        raise click.UsageError(
            "which admin function? Give --stack (the stack's name) or --function, or "
            f"set {STACK_VARIABLE} or {FUNCTION_VARIABLE}"
        )

    @cached_property
    def identity(self) -> Future[str | None]:
        """The caller's ARN, fetched in the background while other work is done."""
        aside = ThreadPoolExecutor(1)
        # A command must not wait for what it can do without.
        client = self.client("sts", _config(connect_seconds=2, read_seconds=3))
        asked = aside.submit(_caller_arn, client)
        aside.shutdown(wait=False)
        return asked

    @property
    def caller(self) -> str | None:
        """The ARN of whoever runs the command line, None if STS does not tell."""
        return self.identity.result()

    def client(self, service: str, config: Config | None = None) -> Any:  # noqa: ANN401 - of any service
        """Return the boto3 client of a service."""
        # The function ends within 60 s.
        config = config or _config(connect_seconds=5, read_seconds=70)
        try:
            return self._opened.client(
                service, endpoint_url=self.endpoint_url, config=config
            )
        except ValueError as error:
            # The SDK's own errors, such as a missing region, are explained elsewhere.
            if type(error) is not ValueError:
                raise
            raise click.UsageError(f"--endpoint-url: {error}") from error

    @cached_property
    def _opened(self) -> Any:  # noqa: ANN401 - whatever makes clients
        # The SDK reads only AWS_DEFAULT_REGION; the AWS CLI reads this one first.
        region = self.region or os.environ.get(_REGION_VARIABLE) or None
        return self.open_session(profile_name=self.profile, region_name=region)

    def _from_stack(self, stack: str) -> str:
        found = self.client("cloudformation").describe_stacks(StackName=stack)
        for output in found["Stacks"][0].get("Outputs", []):
            if output["OutputKey"] == _OUTPUT_KEY:
                return str(output["OutputValue"])
        raise UnreachableError(f"the stack {stack} has no output {_OUTPUT_KEY}")


def _config(*, connect_seconds: int, read_seconds: int) -> Config:
    from botocore.config import Config  # noqa: PLC0415 - loads the SDK

    # No repeats: an issue whose answer was lost would issue a second key.
    return Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"total_max_attempts": 1},
    )


def _caller_arn(client: STSClient) -> str | None:
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - loads the SDK

    try:
        return client.get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError, ResponseParserError):
        return None
