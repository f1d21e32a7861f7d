"""The reader for environments that keep their credentials elsewhere.

Containers, SnapStart and developers' profiles do; the AWS SDK knows all those places,
and the Lambda runtime brings it along.
"""

from __future__ import annotations

import logging
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from apikeys.decision import Reason
from apikeys.errors import StoreUnavailableError
from authorizer.readers.aws_error import absence
from authorizer.readers.connection import CONNECT_SECONDS
from authorizer.readers.service import READ_SECONDS, TRIES

# At DEBUG botocore logs whole answers, with what the stored secrets hold.
logging.getLogger("botocore").setLevel(logging.WARNING)


class Boto3Reader:
    """Reads secrets through boto3, with the time-outs of the lean reader."""

    def __init__(self) -> None:
        self._client = boto3.client(
            "secretsmanager",
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
            ),
        )

    def read(self, name: str, deadline: float) -> str | Reason:
        """Return the current value of a secret; see ``SecretsManager.read``."""
        if time.monotonic() >= deadline:
            raise StoreUnavailableError("no time left to ask Secrets Manager")
        try:
            answer = self._client.get_secret_value(
                SecretId=name, VersionStage="AWSCURRENT"
            )
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return absence(status, error.response["Error"]["Code"])
        # Of an answer that is no JSON object botocore lets its own trouble out.
        except (BotoCoreError, ValueError, AttributeError) as error:
            raise StoreUnavailableError(
                f"no answer from Secrets Manager: {type(error).__name__}"
            ) from None
        if "SecretString" in answer:
            return str(answer["SecretString"])
        if "SecretBinary" in answer:
            return Reason.CORRUPT
        raise StoreUnavailableError("Secrets Manager answered without a value")
