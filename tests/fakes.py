"""Stand-ins that keep the contract of what they stand for, and count."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from apikeys.decision import Reason
from tests.builders import ROLE_MAP, signing_secret

if TYPE_CHECKING:
    from apikeys.key import Key

SIGNING_NAME = "signing"
ROLES_NAME = "APIROLES"


class FakeReader:
    """Stored secrets in memory; a value that is an exception is raised."""

    def __init__(self) -> None:
        self.values: dict[str, str | Reason | Exception] = {
            SIGNING_NAME: signing_secret(),
            ROLES_NAME: json.dumps(ROLE_MAP),
        }
        self.outage: Exception | None = None
        self.reads: list[str] = []
        self.deadlines: list[float] = []

    def read(self, name: str, deadline: float) -> str | Reason:
        """Return the value of a secret, ``UNKNOWN`` where there is none."""
        self.reads.append(name)
        self.deadlines.append(deadline)
        value = self.outage or self.values.get(name, Reason.UNKNOWN)
        if isinstance(value, Exception):
            raise value
        return value

    def keep(self, key: Key, record: str | Reason | Exception) -> None:
        """Store the record of a key."""
        self.values[f"APIKEY_{key.key_id}"] = record

    def reads_of(self, key: Key) -> int:
        """Return how often the record of a key was read."""
        return self.reads.count(f"APIKEY_{key.key_id}")

    @property
    def record_reads(self) -> int:
        """How often any record was read."""
        return sum(name.startswith("APIKEY_") for name in self.reads)


class FakeLambdaContext:
    """What Lambda tells a function about the invocation."""

    function_name = "apikeys-test"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:apikeys-test"
    aws_request_id = "5c0e0a3e-0000-4000-8000-000000000000"

    def __init__(self, milliseconds: int = 10_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left to the function."""
        return self._milliseconds
