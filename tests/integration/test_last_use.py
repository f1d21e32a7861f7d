"""The last use of a key: from a call of the API to the list that a person reads."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from local.clients import apikeys, call

if TYPE_CHECKING:
    from local.deployment import Stack
    from tests.integration.deployed import Issued

pytestmark = pytest.mark.deployed

_SECONDS = 60.0


def _listed(stack: Stack, key_id: str) -> Any:
    records = apikeys(stack, "list", "--client", "Test App")["records"]
    [record] = [record for record in records if record["keyId"] == key_id]
    return record


def test_a_call_is_seen_in_the_list_within_a_minute(
    stack: Stack, issued: Issued
) -> None:
    """The subscription, the function, its table, and the admin function's role."""
    key_id = issued.record["keyId"]
    assert _listed(stack, key_id)["lastUsed"] is None
    assert call(stack, "/whoami", issued.key).status == 200
    deadline = time.monotonic() + _SECONDS
    while (used := _listed(stack, key_id)["lastUsed"]) is None:
        assert time.monotonic() < deadline, "not seen within a minute"
        time.sleep(1)
    assert apikeys(stack, "get", key_id)["record"]["lastUsed"] == used
    # The table is of today: nothing is known to be unused for so long.
    assert apikeys(stack, "list", "--unused-for", "90d")["records"] == []
