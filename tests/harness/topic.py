"""Amazon SNS in memory: one topic."""

# ruff: noqa: N803 - the parameters have the names of boto3's

from __future__ import annotations

from typing import Any

from tests.harness.client import ServiceError

ARN = "arn:aws:sns:eu-west-1:123456789012:operators"


class Topic:
    """The operations, by the names of boto3's methods.

    Attributes:
        told: the messages, in order.
    """

    def __init__(self) -> None:
        self.told: list[str] = []

    def publish(self, TopicArn: str, Message: str, **_rest: Any) -> dict[str, Any]:
        """Take a message."""
        if TopicArn != ARN:
            raise ServiceError("NotFoundException", "Topic does not exist")
        self.told.append(Message)
        return {"MessageId": str(len(self.told))}
