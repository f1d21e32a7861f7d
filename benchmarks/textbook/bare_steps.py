"""The floor under a decision: its steps in one flat function, and nothing around them.

Grammar, tag, digest, one line with log record and metric, a fixed answer. No ageing or
bounded caches, no expiry, no roles, no headers in a second spelling, nothing
read: what remains is what Python needs for the steps themselves.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from hashlib import sha256
from hmac import compare_digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

with open(os.environ["ANSWER"]) as _file:  # noqa: PTH123 - no more than a no-op loads
    _ANSWER = json.load(_file)

_GRAMMAR = re.compile("([a-z][a-z0-9]{1,11})_([0-9A-Za-z]{16})_[0-9A-Za-z]{65}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_TAG_WIDTH, _TAG_BYTES = 22, 16
_LINE = (
    '{"level":"INFO","message":"decision","timestamp":"2026-01-01T00:00:00Z",'
    '"service":"bare-steps","function_request_id":"%s","cold_start":false,'
    '"outcome":"%s","reason":"%s","key_id":"%s","api":"abcdef1234","stage":"%s",'
    '"cached":true,"duration_ms":%.3f,"Decisions":1,"_aws":{"Timestamp":%d,'
    '"CloudWatchMetrics":[{"Namespace":"ApiKeys","Dimensions":[["function_name",'
    '"outcome","reason"]],"Metrics":[{"Name":"Decisions","Unit":"Count"}]}]}}\n'
)


def _padded(key: bytes, pad: int) -> Any:  # noqa: ANN401 - hashlib's
    block = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")  # noqa: PLR2004 - RFC 2104
    return sha256(bytes(byte ^ pad for byte in block))


_SIGNING_KEY = os.environ["SIGNING_KEY"].encode()
_INNER, _OUTER = _padded(_SIGNING_KEY, 0x36), _padded(_SIGNING_KEY, 0x5C)
_digests: dict[str, bytes] = {}


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's
    """Allow a genuine key, the first of its id; refuse any other text."""
    started, now = time.monotonic(), time.time()
    text = ""
    for name, value in event["headers"].items():
        if len(name) == len("x-api-key") and name.lower() == "x-api-key":
            text = value
    arn = event["methodArn"]
    stage = arn[: arn.find("/", arn.find("/") + 1)]
    match = _GRAMMAR.fullmatch(text)
    outcome, reason, key_id = "refuse", "malformed", ""
    if match is not None:
        reason = "forged"
        raw = text.encode()
        if _is_genuine(raw, text[-_TAG_WIDTH:]):
            key_id, digest = match[2], sha256(raw).digest()
            outcome, reason = "refuse", "mismatch"
            if compare_digest(_digests.setdefault(key_id, digest), digest):
                outcome, reason = "allow", "granted"
    spent = (time.monotonic() - started) * 1_000
    request = context.aws_request_id
    sys.stdout.write(
        _LINE % (request, outcome, reason, key_id, stage, spent, now * 1_000)
    )
    if outcome == "refuse":
        raise Exception("Unauthorized") from None  # noqa: TRY002 - as API Gateway wants
    answer: dict[str, Any] = _ANSWER
    return answer


def _is_genuine(raw: bytes, tag: str) -> bool:
    number = 0
    for character in tag:
        number = number * 62 + _VALUES[character]
    if number >> (8 * _TAG_BYTES):
        return False
    inner, outer = _INNER.copy(), _OUTER.copy()
    inner.update(raw[:-_TAG_WIDTH])
    outer.update(inner.digest())
    return compare_digest(outer.digest()[:_TAG_BYTES], number.to_bytes(_TAG_BYTES))
