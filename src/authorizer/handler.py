"""The Lambda function behind API Gateway's authorizer."""

from __future__ import annotations

import gc

# Nothing that is imported becomes garbage: no collection while a client waits.
gc.disable()

import os
import sys

from apikeys.errors import FaultError
from authorizer.authorize import Authorizer
from authorizer.decision import Decision
from authorizer.decision_log import DecisionLog
from authorizer.readers.reader import choose_readers
from authorizer.request_clock import RequestClock
from authorizer.settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document
    from authorizer.request_clock import LambdaContext

_authorizer = Authorizer(Settings(os.environ), *choose_readers(os.environ))
_log = DecisionLog(sys.stdout.fileno(), os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""))
_authorizer.warm_up(RequestClock.begin())

# What exists now stays, and is never looked at again.
gc.freeze()
gc.enable()


def lambda_handler(event: object, context: LambdaContext) -> Document:
    """Answer an authorizer event with an IAM policy.

    Raises:
        Exception: with the text ``Unauthorized`` exactly, which API Gateway turns into
            401; the same for every reason.
        FaultError: the request can't be judged; API Gateway answers 500.
    """
    clock = RequestClock.begin(context)
    try:
        decision = _authorizer.authorize(event, clock)
    except FaultError as fault:
        _log.write(Decision.of_fault(fault), clock, context, fault)
        raise
    _log.write(decision, clock, context)
    if decision.answer is None:
        raise Exception("Unauthorized") from None  # noqa: TRY002 - AWS's own text
    return decision.answer
