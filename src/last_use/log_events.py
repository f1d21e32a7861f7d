"""What a delivery of CloudWatch Logs says about the use of keys."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode
from typing import TYPE_CHECKING

from apikeys import timestamp
from apikeys.key import is_key_id
from apikeys.login import is_login

if TYPE_CHECKING:
    from collections.abc import Mapping


def uses(event: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Return when each key and login was last allowed, in seconds since 1970.

    The names are ``keyId/…`` and ``login/…``, as a login may look like a key id. A line
    that is not a decision, even if it passed the subscription's filter, is skipped.
    """
    delivery = json.loads(gzip.decompress(b64decode(event["awslogs"]["data"])))
    found: dict[str, int] = {}
    # A test of the subscription sends other messages, without decisions.
    for log_event in delivery.get("logEvents", ()):
        use = _use(log_event["message"])
        if use is not None:
            name, at = use
            found[name] = max(at, found.get(name, 0))
    return found


def _use(line: str) -> tuple[str, int] | None:
    try:
        fields = json.loads(line)
        if fields["outcome"] != "allow":
            return None
        at = timestamp.parse(fields["timestamp"].removesuffix("Z"))
        key_id, login = fields["key_id"], fields["login"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if isinstance(key_id, str) and is_key_id(key_id):
        return f"keyId/{key_id}", at
    if isinstance(login, str) and is_login(login):
        return f"login/{login}", at
    return None
