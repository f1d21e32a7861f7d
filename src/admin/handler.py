"""The Lambda function behind the CLI; only IAM decides who may invoke it."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from admin import measures
from admin.deployment import Deployment
from admin.dispatch import Actions
from admin.settings import Settings
from admin.stores.event_bus import SECONDS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from apikeys.document import Document

_FAULTS = (500, 503)
# A claim must fit into one log line.
_LONGEST_ACTOR = 2_048

# Lambda accepts a line's own time only in this form.
_logger = Logger(
    service="apikeys-admin", use_rfc3339=True, log_uncaught_exceptions=False
)

# At DEBUG botocore logs whole requests and answers, including stored secrets.
logging.getLogger("botocore").setLevel(logging.WARNING)

_config = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard"})
# API Gateway's quotas are a few calls a second for the whole account.
_patient = Config(retries={"mode": "standard", "total_max_attempts": 6})
# An event reports what is already done, and must not delay the answer.
_brief = Config(
    connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1}
)


class UnannouncedError(Exception):
    """The schedule's run announced nothing."""


def _client(service: str) -> Any:  # noqa: ANN401 - boto3 makes its classes as it runs
    if service == "events":
        return boto3.client(service, config=_brief)
    is_gateway = service.startswith("apigateway")
    config = _config.merge(_patient) if is_gateway else _config
    return boto3.client(service, config=config)


_settings = Settings.from_environ(os.environ)
_actions = Actions(Deployment.build(_settings, _client, time.time))


# The answer to issue holds a key, and a request may: neither is ever logged.
@_logger.inject_lambda_context(log_event=False)
def lambda_handler(event: object, context: LambdaContext) -> Document:
    """Carry out one action of the admin function's contract.

    Returns:
        ``{"status": 2xx, …}`` or ``{"status": 4xx/5xx, "error": {…}}``.
    """
    try:
        answer, audit = _actions.carry_out(event)
    except Exception as fault:
        # Its text may quote the input; Lambda logs where it arose.
        kind = type(fault).__name__
        action = _actions.name_of(event)
        _audit({"action": action, "status": 500, "error_code": kind}, context)
        raise
    _audit(audit, context)
    if audit["action"] == "notify" and answer["status"] in _FAULTS:
        # Nobody reads the schedule's answers; a fault is tried again, then queued.
        raise UnannouncedError(audit["error_code"])
    return answer


def _audit(line: Document, context: LambdaContext) -> None:
    _logger.info("audit", extra={**line, "claimed_actor": _claimed_actor(context)})
    measures.write(line, context.function_name, _settings.stack_name)


def _claimed_actor(context: LambdaContext) -> str | None:
    """Return the ``actor`` in the invocation's client context, if it is valid.

    A claim for the audit log, not a proof: Lambda does not tell who invoked it;
    CloudTrail's data events do, and prove it.
    """
    client_context = getattr(context, "client_context", None)
    custom = getattr(client_context, "custom", None)
    actor = custom.get("actor") if isinstance(custom, dict) else None
    if isinstance(actor, str) and len(actor) <= _LONGEST_ACTOR and actor.isprintable():
        return actor or None
    return None
