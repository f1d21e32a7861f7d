"""``apikeys doctor``'s checks of the web ACL in front of a stage.

AWS WAF keeps samples of the requests that it judged, and logs them if configured: with
all headers, and so with the credentials, unless these are redacted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys_cli.errors import UnreachableError
from apikeys_cli.health.findings import Finding, ok, unseen, warn
from apikeys_cli.sdk_errors import explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apikeys_cli.connection import Connection

_NONE = "WAFNonexistentItemException"
_PROTECT = "protect it by the web ACL's DataProtectionConfig"
_RULES = (
    "Rules",
    "PreProcessFirewallManagerRuleGroups",
    "PostProcessFirewallManagerRuleGroups",
)


def check_web_acl(
    connection: Connection, api: str, stage: str, headers: list[str]
) -> Iterator[Finding]:
    """Check whether a stage's web ACL samples or logs the headers of credentials."""
    subject = f"{api}/{stage} web ACL"
    client = connection.client("wafv2")
    place = f"arn:{client.meta.partition}:apigateway:{client.meta.region_name}"
    try:
        with explained():
            found = client.get_web_acl_for_resource(
                ResourceArn=f"{place}::/restapis/{api}/stages/{stage}"
            )
    except UnreachableError as error:
        if error.code != _NONE:
            actions = "wafv2:GetWebACLForResource and wafv2:GetWebACL"
            yield unseen(subject, actions, error)
            return
        found = {}
    web_acl = found.get("WebACL")
    if not web_acl:
        yield ok(subject, "there is none")
        return
    protected = _protected(web_acl)
    shown = [header for header in headers if header.lower() not in protected]
    if shown and _is_sampled(web_acl):
        what = f"its sampled requests show {' and '.join(shown)}"
        advice = f"{_PROTECT}, or turn SampledRequestsEnabled off, in each rule too"
        yield warn(subject, what, advice)
    else:
        yield ok(subject, "its sampled requests show no credential")
    yield _check_log(client, subject, web_acl["ARN"], shown)


def _check_log(
    client: Any,  # noqa: ANN401 - there is no stub of wafv2 among the dependencies
    subject: str,
    arn: str,
    shown: list[str],
) -> Finding:
    try:
        with explained():
            found = client.get_logging_configuration(ResourceArn=arn)
    except UnreachableError as error:
        if error.code == _NONE:
            return ok(subject, "it writes no log")
        return unseen(subject, "wafv2:GetLoggingConfiguration on it", error)
    redacted = {
        field["SingleHeader"]["Name"].lower()
        for field in found["LoggingConfiguration"].get("RedactedFields", [])
        if "SingleHeader" in field
    }
    logged = [header for header in shown if header.lower() not in redacted]
    if logged:
        what = f"its log shows {' and '.join(logged)}"
        advice = f"{_PROTECT}, or by RedactedFields of its logging configuration"
        return warn(subject, what, advice)
    return ok(subject, "its log shows no credential")


def _protected(web_acl: Mapping[str, Any]) -> set[str]:
    """Return the headers that neither samples nor logs show, in lower case."""
    protections = web_acl.get("DataProtectionConfig", {}).get("DataProtections", [])
    return {
        key.lower()
        for protection in protections
        if protection["Field"]["FieldType"] == "SINGLE_HEADER"
        # These two still show the value that a rule matched.
        and not protection.get("ExcludeRuleMatchDetails")
        and not protection.get("ExcludeRateBasedDetails")
        for key in protection["Field"].get("FieldKeys", [])
    }


def _is_sampled(web_acl: Mapping[str, Any]) -> bool:
    """Return whether requests are sampled, by the web ACL itself or by a rule."""
    rules = [rule for name in _RULES for rule in web_acl.get(name, [])]
    return any(
        part.get("VisibilityConfig", {}).get("SampledRequestsEnabled")
        for part in (web_acl, *rules)
    )
