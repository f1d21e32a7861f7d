"""Who is told on the deployed stack: a bus and a topic, each with a queue behind it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.emulator import Emulator

_BUS = "keys"
_POLL_SECONDS = 0.5


class Queue:
    """A queue, and all that came out of it."""

    def __init__(self, emulator: Emulator, name: str) -> None:
        self._client = emulator.client("sqs")
        self._url = self._client.create_queue(QueueName=name)["QueueUrl"]
        self.arn = self._client.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        self._seen: list[Any] = []
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {
                        "Service": ["events.amazonaws.com", "sns.amazonaws.com"]
                    },
                    "Action": "sqs:SendMessage",
                    "Resource": self.arn,
                }
            ],
        }
        self._client.set_queue_attributes(
            QueueUrl=self._url, Attributes={"Policy": json.dumps(policy)}
        )

    def until(
        self, is_enough: Callable[[list[Any]], bool], seconds: float
    ) -> list[Any]:
        """Return all that was ever sent, once it is enough, or in the end as it is."""
        deadline = time.monotonic() + seconds
        while True:
            self._drain()
            if is_enough(self._seen) or time.monotonic() > deadline:
                return list(self._seen)
            time.sleep(_POLL_SECONDS)

    def _drain(self) -> None:
        while True:
            answer = self._client.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=10
            )
            messages = answer.get("Messages", [])
            if not messages:
                return
            for message in messages:
                self._seen.append(json.loads(message["Body"]))
                self._client.delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )


class Listeners(NamedTuple):
    """The queues that receive what a stack tells, and the parameters for it.

    Attributes:
        bus: the queue of every event on the bus.
        topic: the queue of every message to the topic.
        parameters: those of the template that name bus and topic.
    """

    bus: Queue
    topic: Queue
    parameters: Mapping[str, str]

    @classmethod
    def start(cls, emulator: Emulator) -> Listeners:
        """Make them, before anything is deployed that tells them."""
        bus, topic = Queue(emulator, "from-the-bus"), Queue(emulator, "from-the-topic")
        events, sns = emulator.client("events"), emulator.client("sns")
        events.create_event_bus(Name=_BUS)
        events.put_rule(
            Name="everything",
            EventBusName=_BUS,
            EventPattern=json.dumps({"source": ["apikeys"]}),
        )
        events.put_targets(
            Rule="everything",
            EventBusName=_BUS,
            Targets=[{"Id": "queue", "Arn": bus.arn}],
        )
        arn = sns.create_topic(Name="operators")["TopicArn"]
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=topic.arn)
        return cls(bus, topic, {"EventBusName": _BUS, "AlarmTopicArn": arn})
