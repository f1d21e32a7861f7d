"""The Lambda function behind API Gateway's authorizer."""

from __future__ import annotations

import gc

# Nothing of what is imported becomes garbage: no collection while a client waits.
gc.disable()

import os
import sys

from apikeys.errors import FaultError, MisconfiguredError
from authorizer.authorize import Authorizer
from authorizer.log import DecisionLog
from authorizer.moment import Moment
from authorizer.outcome import Outcome
from authorizer.reader import choose_reader
from authorizer.settings import Settings
from authorizer.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document
    from authorizer.moment import LambdaContext

_settings = Settings(os.environ)
_store = Store(choose_reader(os.environ), _settings)
_authorizer = Authorizer(_settings, _store)
_log = DecisionLog(sys.stdout.fileno(), os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""))
_store.warm_up(Moment.begin())

# What is there now stays, and is never looked at again.
gc.freeze()
gc.enable()


def lambda_handler(event: object, context: LambdaContext) -> Document:
    """Answer one authorizer event with an IAM policy.

    Raises:
        Exception: with the text ``Unauthorized`` exactly, which API Gateway turns into
            401; the same for every reason.
        FaultError: the request can't be judged; API Gateway answers 500.
    """
    moment = Moment.begin(context)
    outcome = Outcome()
    fault = None
    try:
        _authorizer.authorize(event, moment, outcome)
    except Exception as error:  # noqa: BLE001 - fail closed, counted, without its text
        fault = error if isinstance(error, FaultError) else _unexpected(error)
        outcome.outcome, outcome.reason = "fault", fault.reason
    _log.write(outcome, moment, context, fault)
    if fault is not None:
        raise fault from None
    if outcome.answer is None:
        raise Exception("Unauthorized") from None  # noqa: TRY002 - AWS's own text
    return outcome.answer


def _unexpected(error: Exception) -> FaultError:
    """Return a fault that says where an error arose; its text may quote a secret."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = type(error).__name__
    if trace is None:
        return MisconfiguredError(f"unexpected {name}")
    code = trace.tb_frame.f_code
    return MisconfiguredError(
        f"unexpected {name} in {code.co_qualname}, line {trace.tb_lineno}"
    )
