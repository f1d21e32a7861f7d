"""The SNS topic that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.stores import availability

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class Topic:
    """The topic with this ARN."""

    def __init__(self, client: SNSClient, arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, subject: str, text: str) -> None:
        """Send a message.

        Raises:
            RefusedError: 503, the topic does not take it.
        """
        with availability.topic():
            self._client.publish(TopicArn=self._arn, Subject=subject, Message=text)
