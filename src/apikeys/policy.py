"""The answer to API Gateway: an IAM policy for a whole stage and a context."""

from __future__ import annotations

from apikeys import document, timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document
    from apikeys.grants import Grant
    from apikeys.record import Record

# AWS states 8 KB for an authorizer's result, not whether only its policy counts.
MAX_BYTES = 8_192
# IAM's keys for a request's source address; the second is for a private API.
SOURCE_IP_KEYS = ("aws:SourceIp", "aws:VpcSourceIp")

_RECORD_FIELDS = ("keyId", "login", "client", "issuer", "name", "expirationDate")
_SESSION_FIELDS = (
    "environment",
    "repository",
    "profile",
    "sessionMode",
    "connectionMode",
    "dataLanguage",
    "guiLanguage",
)


def policy_document(
    grant: Grant,
    stage_arn: str,
    expires_at: int | None,
    networks: tuple[str, ...] = (),
    source_ip_key: str = SOURCE_IP_KEYS[0],
) -> Document:
    """Return the policy that holds for every route of one stage.

    API Gateway caches it for the credential and judges each later request by it, so it
    lists all that the grant opens, and expires with the record
    (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html).

    Args:
        grant: what it opens and closes.
        stage_arn: what its resources begin with.
        expires_at: when the record ends, None for never.
        networks: those that the client may call from; empty for any.
        source_ip_key: what IAM calls the client's address.
    """
    if not grant.allow:
        # An answer without an Allow means 403; one without a statement would be a
        # fault.
        return _policy([_statement("Deny", stage_arn, ("*",))])
    allow = _statement("Allow", stage_arn, grant.allow)
    if expires_at is not None:
        instant = timestamp.rfc3339(expires_at)
        allow["Condition"] = {"DateLessThan": {"aws:CurrentTime": instant}}
    statements = [allow]
    if grant.deny:
        statements.append(_statement("Deny", stage_arn, grant.deny))
    if networks:
        statements.append(_elsewhere(stage_arn, networks, source_ip_key))
    return _policy(statements)


def size_of_networks(stage_arn: str, networks: tuple[str, ...]) -> int:
    """Return the most bytes that networks add to a policy."""
    if not networks:
        return 0
    longest = max(SOURCE_IP_KEYS, key=len)
    return len(",") + size(_elsewhere(stage_arn, networks, longest))


def size(found: Document) -> int:
    """Return the size of a policy, or of a whole answer, in bytes."""
    return len(document.dumps(found).encode())


def context(record: Record) -> dict[str, str]:
    """Return what the back end learns about the caller: flat strings, no secrets."""
    found = record.document
    flat = {field: found.get(field) for field in _RECORD_FIELDS}
    flat["credential"] = "basic" if record.is_basic else "api-key"
    flat["roles"] = " ".join(record.roles)
    if record.session is not None:
        flat["sessionLogin"] = record.session.get("login")
        flat |= {field: record.session.get(field) for field in _SESSION_FIELDS}
    return {field: value for field, value in flat.items() if isinstance(value, str)}


def answer(record: Record, policy: Document) -> Document:
    """Return a Lambda authorizer's answer to API Gateway."""
    found: Document = {
        "principalId": record.principal,
        "policyDocument": policy,
        "context": context(record),
    }
    usage_identifier_key = record.document.get("usageIdentifierKey")
    if usage_identifier_key is not None:
        found["usageIdentifierKey"] = usage_identifier_key
    return found


def refusal(stage_arn: str) -> Document:
    """Return an answer that refuses every route, without saying who or why."""
    return {
        "principalId": "refused",
        "policyDocument": _policy([_statement("Deny", stage_arn, ("*",))]),
    }


def _elsewhere(stage_arn: str, networks: tuple[str, ...], key: str) -> Document:
    """Return the statement that refuses calls from any other network.

    As a Deny it holds whatever else is allowed, and also where no address is known.
    """
    denied = _statement("Deny", stage_arn, ("*",))
    return denied | {"Condition": {"NotIpAddress": {key: list(networks)}}}


def _policy(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(effect: str, stage_arn: str, resources: tuple[str, ...]) -> Document:
    return {
        "Action": "execute-api:Invoke",
        "Effect": effect,
        "Resource": [f"{stage_arn}/{resource}" for resource in resources],
    }
