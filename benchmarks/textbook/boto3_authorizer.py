"""An authorizer as a good tutorial would write it, with only boto3.

One client for the life of the environment, records kept for a TTL, digests compared in
constant time, enabled, expiry and role checked. It knows keys by their records only: a
forged key is looked up like any other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import boto3

logger = logging.getLogger()
logger.setLevel(logging.INFO)

TTL_SECONDS = int(os.environ.get("RECORD_TTL_SECONDS", "30"))
REQUIRED_ROLE = os.environ.get("REQUIRED_ROLE", "READER")

client = boto3.client("secretsmanager")
records: dict[str, tuple[float, dict[str, Any]]] = {}


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer with a policy for the whole stage, or with API Gateway's 401."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    key = headers.get("x-api-key", "")
    record = find(key)
    if record is None or not is_valid(record, key):
        logger.info("refused")
        raise Exception("Unauthorized")  # noqa: TRY002 - API Gateway's text for 401
    logger.info("allowed %s", record["keyId"])
    return {
        "principalId": record["keyId"],
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow" if REQUIRED_ROLE in record["roles"] else "Deny",
                    "Resource": stage(event["methodArn"]) + "/*",
                }
            ],
        },
        "context": {"client": record["client"], "roles": " ".join(record["roles"])},
    }


def find(key: str) -> dict[str, Any] | None:
    """Return a key's record, from memory or from Secrets Manager."""
    try:
        _prefix, key_id, _secret = key.split("_")
    except ValueError:
        return None
    read_at, record = records.get(key_id, (0.0, {}))
    if record and time.monotonic() < read_at + TTL_SECONDS:
        return record
    try:
        answer = client.get_secret_value(SecretId=f"APIKEY_{key_id}")
    except client.exceptions.ResourceNotFoundException:
        return None
    found: dict[str, Any] = json.loads(answer["SecretString"])
    records[key_id] = (time.monotonic(), found)
    return found


def is_valid(record: dict[str, Any], key: str) -> bool:
    """Return whether the record is this key's, enabled and not expired."""
    expires = datetime.fromisoformat(record["expirationDate"]).replace(tzinfo=UTC)
    return (
        matches(record["digest"], key)
        and record["enabled"] is True
        and datetime.now(UTC) < expires
    )


def matches(digest: str, key: str) -> bool:
    """Return whether a digest, fast or slow, is the key's."""
    if digest.startswith("$argon2id$"):
        import argon2  # noqa: PLC0415 - at its best: only where a record needs it

        try:
            return argon2.PasswordHasher().verify(digest, key)
        except argon2.exceptions.VerifyMismatchError:
            return False
    hashed = urlsafe_b64encode(hashlib.sha256(key.encode()).digest())
    return hmac.compare_digest(digest, f"$sha256${hashed.decode().rstrip('=')}")


def stage(method_arn: str) -> str:
    """Return the ARN of the stage that a method belongs to."""
    return "/".join(method_arn.split("/")[:2])
