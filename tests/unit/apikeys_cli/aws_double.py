"""What stands for AWS before ``doctor``: the answers of a healthy deployment."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

METHOD = {"authorizationType": "CUSTOM", "authorizerId": "auth1"}
SOURCE = "method.request.header.X-API-Key"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:authorizer"
PERMISSION = {
    "Effect": "Allow",
    "Principal": {"Service": "apigateway.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
    "Condition": {
        "ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:eu-west-1:123456789012:a1/*"}
    },
}

# All that doctor asks.
SERVICES = (
    "apigateway",
    "apigatewayv2",
    "cloudwatch",
    "dynamodb",
    "lambda",
    "secretsmanager",
    "wafv2",
)


def alarm(name: str) -> dict[str, Any]:
    """Return an alarm that is sent to somebody."""
    return {
        "AlarmName": name,
        "ActionsEnabled": True,
        "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:operators"],
    }


def good_answers() -> dict[str, Any]:
    """Return the answers of a healthy deployment, new at each call."""
    return {
        "get_function_configuration": {
            "Environment": {
                "Variables": {
                    "SIGNING_SECRET": "signing",
                    "AUTHORIZER_CACHE_SECONDS": "3",
                    "STACK_NAME": "keys",
                }
            }
        },
        "describe_secret": {
            "LastChangedDate": datetime.now(UTC) - timedelta(days=3),
            "ReplicationStatus": [{"Region": "eu-central-1", "Status": "InSync"}],
        },
        "get_stage": {
            "deploymentId": "d1",
            "methodSettings": {"*/*": {"dataTraceEnabled": False}},
            "accessLogSettings": {
                "format": "$context.requestId $context.identity.apiKeyId "
                "$context.authorizer.principalId"
            },
        },
        "get_resources": {
            "items": [
                {"path": "/"},
                {
                    "path": "/reports",
                    "resourceMethods": {
                        "GET": dict(METHOD),
                        "OPTIONS": {"authorizationType": "NONE"},
                    },
                },
            ]
        },
        "get_authorizers": {
            "items": [
                {
                    "id": "auth1",
                    "name": "ApiKey",
                    "type": "REQUEST",
                    "identitySource": SOURCE,
                    "authorizerResultTtlInSeconds": 3,
                    "authorizerUri": "arn:aws:apigateway:eu-west-1:lambda:path/"
                    f"2015-03-31/functions/{FUNCTION}/invocations",
                },
                {"id": "unused", "name": "Other"},
            ]
        },
        "get_policy": {"Policy": json.dumps({"Statement": [PERMISSION]})},
        "get_rest_api": {"id": "a1", "name": "reports"},
        "get_web_acl_for_resource": {},
        "list_tables": {"TableNames": []},
        "describe_alarms": {
            "MetricAlarms": [
                alarm("keys-page-throttled"),
                alarm("keys-ticket-corrupt-record"),
            ]
        },
        "describe_alarms_for_metric": {"MetricAlarms": [alarm("reports-page-5xx")]},
        "get_deployment": {
            "apiSummary": {
                "/reports": {
                    "GET": {"authorizationType": "CUSTOM"},
                    "OPTIONS": {"authorizationType": "NONE"},
                    "POST": {},
                }
            }
        },
    }


class Aws:
    """Every client that doctor uses, with the same answer at every call.

    An answer may be a function of what is asked.
    """

    meta = SimpleNamespace(partition="aws", region_name="eu-west-1")

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        """Return what boto3 makes for an operation."""

        def call(**asked: object) -> Any:
            found = self._answers[operation]
            if isinstance(found, Exception):
                raise found
            return found(**asked) if callable(found) else found

        return call

    def get_paginator(self, operation: str) -> Aws:
        """Return a paginator of one page."""
        page = self._answers[operation]
        return Aws({"paginate": page if isinstance(page, Exception) else [page]})
