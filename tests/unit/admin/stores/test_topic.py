"""The topic that people read."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from admin.errors import Code, RefusedError
from admin.stores.topic import Topic

_ARN = "arn:aws:sns:eu-west-1:123456789012:operators"


class Sns:
    """SNS that keeps what it is sent, or refuses it."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.sent: list[dict[str, str]] = []
        self._fault = fault

    def publish(self, **message: str) -> None:
        """Take a message."""
        if self._fault is not None:
            raise self._fault
        self.sent.append(message)


def test_a_message_goes_to_the_topic() -> None:
    """With its subject."""
    sns: Any = Sns()
    Topic(sns, _ARN).publish("subject", "text")
    assert sns.sent == [{"TopicArn": _ARN, "Subject": "subject", "Message": "text"}]


def test_a_topic_that_takes_nothing_is_a_503() -> None:
    """Which fails the run of the notices, to be repeated."""
    fault = ClientError({"Error": {"Code": "AuthorizationErrorException"}}, "Publish")
    sns: Any = Sns(fault)
    with pytest.raises(RefusedError, match="Amazon SNS") as refused:
        Topic(sns, _ARN).publish("subject", "text")
    assert refused.value.code is Code.TOPIC_UNAVAILABLE
