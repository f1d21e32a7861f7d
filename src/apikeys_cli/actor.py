"""Who runs the command line, for the function's audit log: a claim, not a proof.

Lambda does not tell a function who invoked it. CloudTrail's data events do, and prove
it; the claim lets a reader of the audit log find the line there.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

# A command must not wait for what it can do without.
QUICK = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})


def caller_arn(client: STSClient) -> str | None:
    """Return the ARN of the caller's identity, None where STS does not tell."""
    try:
        return client.get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError):
        return None


def client_context(arn: str) -> str:
    """Return the ``ClientContext`` of an invocation that claims this actor."""
    return base64.b64encode(json.dumps({"custom": {"actor": arn}}).encode()).decode()
