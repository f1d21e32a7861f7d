"""The AWS account under test: its identity, its clients, its APIs' addresses."""

import json
import os
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import NoRegionError

# The admin function ends within 60 s; a retry could issue a second key.
_ONCE: Final = Config(read_timeout=70, retries={"total_max_attempts": 1})
_PATIENT: Final = Config(retries={"mode": "standard", "total_max_attempts": 8})


class Account(NamedTuple):
    """An account in one region, or an emulator of one.

    Attributes:
        session: makes clients, under the identity of whoever runs this.
        number: the account's, which is shown to that person but never reported.
        arn: of that identity.
        endpoint: the address at which an emulator answers for every service, empty on
            AWS.
    """

    session: boto3.Session
    number: str
    arn: str
    endpoint: str

    @classmethod
    def of_environment(cls) -> Self:
        """Return the account that the AWS configuration selects.

        Raises:
            BotoCoreError: there are no credentials, or there is no region.
            ClientError: AWS does not take the credentials.
        """
        session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
        if session.region_name is None:
            raise NoRegionError
        caller = session.client("sts").get_caller_identity()
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        return cls(session, caller["Account"], caller["Arn"], endpoint)

    @property
    def region(self) -> str:
        """The region in which everything is made."""
        return str(self.session.region_name)

    @property
    def is_emulated(self) -> bool:
        """Whether an emulator answers instead of AWS."""
        return bool(self.endpoint)

    def client(self, service: str) -> Any:  # noqa: ANN401 - of any service
        """Return the client of a service, which retries what may be repeated."""
        return self.session.client(service, config=_PATIENT)

    def invoke(self, function: str, asked: dict[str, Any]) -> Any:  # noqa: ANN401 - the function's answer
        """Return a function's answer; it is invoked only once, whatever happens."""
        answer = self.session.client("lambda", config=_ONCE).invoke(
            FunctionName=function, Payload=json.dumps(asked).encode()
        )
        return json.loads(answer["Payload"].read())

    def address(self, url: str) -> str:
        """Return where an API answers, from the address in its stack's outputs."""
        if not self.endpoint:
            return url
        parts = urlsplit(url)
        api = str(parts.hostname).partition(".")[0]
        base = f"{self.endpoint}/_aws/execute-api/{api}{parts.path}"
        return base.replace("http", "ws", 1) if parts.scheme == "wss" else base


def folder_of(root: Path, suffix: str) -> Path:
    """Return where a run writes its report."""
    folder = root / "verify-aws" / suffix
    folder.mkdir(parents=True, exist_ok=True)
    return folder
