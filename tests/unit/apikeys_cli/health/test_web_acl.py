"""The web ACL in front of a stage, as AWS WAF's own client reads it."""

from __future__ import annotations

from typing import Any

import pytest
from moto import mock_aws

from apikeys_cli.health.web_acl import check_web_acl
from tests.in_process import REGION, InProcess, client_of

_VISIBILITY = {
    "SampledRequestsEnabled": True,
    "CloudWatchMetricsEnabled": True,
    "MetricName": "front",
}
_LOG = f"arn:aws:logs:{REGION}:123456789012:log-group:aws-waf-logs-front"


def _stage() -> str:
    """Make an API with the stage prod, and return its id."""
    gateway = client_of("apigateway")
    api: str = gateway.create_rest_api(name="reports")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(**method, type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="prod")
    return api


def _web_acl(api: str) -> str:
    """Put a web ACL in front of the stage, and return its ARN."""
    waf = client_of("wafv2")
    made = waf.create_web_acl(
        Name="front",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig=_VISIBILITY,
    )
    arn: str = made["Summary"]["ARN"]
    stage = f"arn:aws:apigateway:{REGION}::/restapis/{api}/stages/prod"
    waf.associate_web_acl(WebACLArn=arn, ResourceArn=stage)
    return arn


@pytest.mark.parametrize(
    ("is_there", "redacted", "expected"),
    [
        (False, None, [("ok", "there is none")]),
        (
            True,
            None,
            [
                ("warn", "its sampled requests show X-API-Key"),
                ("ok", "it writes no log"),
            ],
        ),
        (
            True,
            "cookie",
            [
                ("warn", "its sampled requests show X-API-Key"),
                ("warn", "its log shows X-API-Key"),
            ],
        ),
        (
            True,
            "x-api-key",
            [
                ("warn", "its sampled requests show X-API-Key"),
                ("ok", "its log shows no credential"),
            ],
        ),
    ],
)
def test_what_a_web_acl_shows_is_told(
    redacted: str | None, expected: list[tuple[str, str]], *, is_there: bool
) -> None:
    """Samples and log are looked at each for itself."""
    with mock_aws():
        function = InProcess()
        function.clients["wafv2"] = client_of("wafv2")
        connection = function.invocation().connection
        api = _stage()
        arn = _web_acl(api) if is_there else ""
        if redacted:
            fields: Any = [{"SingleHeader": {"Name": redacted}}]
            config: Any = {
                "ResourceArn": arn,
                "LogDestinationConfigs": [_LOG],
                "RedactedFields": fields,
            }
            client_of("wafv2").put_logging_configuration(LoggingConfiguration=config)
        found = list(check_web_acl(connection, api, "prod", ["X-API-Key"]))
    assert [(finding.level, finding.what) for finding in found] == expected
