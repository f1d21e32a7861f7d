"""The Lambda function that is subscribed to the authorizer's log."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from last_use.log_events import uses
from last_use.notes import Notes

if TYPE_CHECKING:
    from collections.abc import Mapping

_config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard"})
_notes = Notes(
    boto3.client("dynamodb", config=_config), os.environ["LAST_USE_TABLE"], time.time
)


def lambda_handler(event: Mapping[str, Mapping[str, str]], _context: object) -> None:
    """Note the last use of each key in a delivery of CloudWatch Logs.

    Raises:
        Exception: an error of DynamoDB's; Lambda repeats the delivery.
    """
    _notes.note(uses(event))
