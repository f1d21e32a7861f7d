"""An authorizer as a good tutorial would write it, with Powertools for AWS Lambda.

Logger, Metrics, typed event and response, and its parameters utility, which keeps one
client and remembers each record for a TTL. It knows keys by their records only: a
forged key is looked up like any other.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.data_classes import event_source
from aws_lambda_powertools.utilities.data_classes.api_gateway_authorizer_event import (
    APIGatewayAuthorizerRequestEvent,
    APIGatewayAuthorizerResponse,
)
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from aws_lambda_powertools.utilities.typing import LambdaContext

TTL_SECONDS = int(os.environ.get("RECORD_TTL_SECONDS", "30"))
REQUIRED_ROLE = os.environ.get("REQUIRED_ROLE", "READER")

logger = Logger(service="textbook")
metrics = Metrics(namespace="Textbook", service="textbook")


@logger.inject_lambda_context
@metrics.log_metrics
@event_source(data_class=APIGatewayAuthorizerRequestEvent)
def lambda_handler(
    event: APIGatewayAuthorizerRequestEvent, _context: LambdaContext
) -> dict[str, Any]:
    """Answer with a policy for the whole stage, or with API Gateway's 401."""
    key = event.headers.get("x-api-key", "")
    record = find(key)
    if record is None or not is_valid(record, key):
        metrics.add_metric(name="Refused", unit=MetricUnit.Count, value=1)
        logger.info("refused")
        raise Exception("Unauthorized")  # noqa: TRY002 - API Gateway's text for 401
    metrics.add_metric(name="Allowed", unit=MetricUnit.Count, value=1)
    logger.info("allowed", extra={"key_id": record["keyId"]})
    arn = event.parsed_arn
    response = APIGatewayAuthorizerResponse(
        principal_id=record["keyId"],
        region=arn.region,
        aws_account_id=arn.aws_account_id,
        api_id=arn.api_id,
        stage=arn.stage,
        context={"client": record["client"], "roles": " ".join(record["roles"])},
    )
    if REQUIRED_ROLE in record["roles"]:
        response.allow_all_routes()
    else:
        response.deny_all_routes()
    return response.asdict()


def find(key: str) -> dict[str, Any] | None:
    """Return a key's record, from memory or from Secrets Manager."""
    try:
        _prefix, key_id, _secret = key.split("_")
        record: dict[str, Any] = parameters.get_secret(
            f"APIKEY_{key_id}", transform="json", max_age=TTL_SECONDS
        )
    except (ValueError, GetParameterError):
        return None
    return record


def is_valid(record: dict[str, Any], key: str) -> bool:
    """Return whether the record is this key's, enabled and not expired."""
    expires = datetime.fromisoformat(record["expirationDate"]).replace(tzinfo=UTC)
    hashed = urlsafe_b64encode(hashlib.sha256(key.encode()).digest())
    return (
        hmac.compare_digest(record["digest"], f"$sha256${hashed.decode().rstrip('=')}")
        and record["enabled"] is True
        and datetime.now(UTC) < expires
    )
