"""The published algorithms once more, written another way and sharing nothing."""

from __future__ import annotations

import hashlib
import hmac
import string

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def base62_digits(number: int, width: int) -> str:
    """Write a number digit by digit, the most significant first."""
    return "".join(
        DIGITS[number // 62**power % 62] for power in range(width - 1, -1, -1)
    )


def base62_number(text: str) -> int:
    """Read a number as a sum of powers."""
    return sum(
        DIGITS.index(digit) * 62**power for power, digit in enumerate(reversed(text))
    )


def tag(signing_key: str, signed: str) -> str:
    """Return the tag of ``<prefix>_<keyId>_<secret>``, by its definition."""
    mac = hmac.new(signing_key.encode("utf-8"), signed.encode("ascii"), hashlib.sha256)
    return base62_digits(int(mac.hexdigest()[:32], 16), 22)


def foreign_key_id(lookup_key: str, key: str) -> str:
    """Return the key id of a key minted elsewhere by its definition, independently."""
    mac = hmac.new(lookup_key.encode("utf-8"), key.encode("ascii"), hashlib.sha256)
    return base62_digits(int(mac.hexdigest(), 16), 43)[27:]
