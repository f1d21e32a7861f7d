"""The lines that the authorizer's own code logs about requests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from apikeys.errors import FaultError
from authorizer.authorize import Authorizer
from authorizer.decision import Decision
from authorizer.decision_log import DecisionLog
from authorizer.settings import Settings
from tests.builders import at, record_text, rest_event
from tests.fakes import SIGNING_NAME, FakeLambdaContext, FakeReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apikeys.key import Key


def decision_lines(
    *credentials: str | None, known: Sequence[Key] = (), outage: Exception | None = None
) -> list[str]:
    """Return the line of each request that presents one of these, in order.

    Args:
        credentials: of one request each; None for a request without any.
        known: the keys that have a record, which opens what ``READER`` opens.
        outage: what the store answers instead of records.
    """
    reader = FakeReader()
    for key in known:
        reader.keep(key, record_text(key))
    authorizer = Authorizer(Settings({"SIGNING_SECRET": SIGNING_NAME}), reader)
    if outage is not None:
        reader.outage = outage
    reading, writing = os.pipe()
    log = DecisionLog(writing, "apikeys-prod-AuthorizerFunction-Abc123")
    text = b""
    for seconds, credential in enumerate(credentials):
        clock = at(seconds)
        try:
            decision = authorizer.authorize(rest_event(credential), clock)
            log.write(decision, clock, FakeLambdaContext())
        except FaultError as fault:
            log.write(Decision.of_fault(fault), clock, FakeLambdaContext(), fault)
        text += os.read(reading, 65_536)
    os.close(reading)
    os.close(writing)
    return text.decode().splitlines()
