"""Five hundred records: the pages hold each once."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from apikeys import digest, timestamp
from apikeys.key import mint, random_key_id
from apikeys.signing import SigningKeys
from local.clients import apikeys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.deployment import Stack

pytestmark = pytest.mark.deployed

_COUNT = 500
_ISSUER = "five hundred"


@pytest.fixture(scope="module")
def key_ids(stack: Stack) -> Iterator[set[str]]:
    """Store records faster than they are issued; take them away in the end."""
    secrets = stack.emulator.client("secretsmanager")
    signing = secrets.get_secret_value(SecretId=stack.outputs["SigningSecretName"])
    signing_keys = SigningKeys.parse(signing["SecretString"])
    now = time.time()

    def store(number: int) -> str:
        key = mint("ak", random_key_id(os.urandom), signing_keys, os.urandom)
        record = {
            "schemaVersion": 1,
            "keyId": key.key_id,
            "digest": digest.fast(key.text),
            "client": f"Client {number:03}",
            "issuer": _ISSUER,
            "issueDate": timestamp.format_utc(now),
            "expirationDate": timestamp.format_utc(now + 90 * 86_400),
            "enabled": True,
            "roles": [],
        }
        secrets.create_secret(
            Name=f"APIKEY_{key.key_id}", SecretString=json.dumps(record)
        )
        return key.key_id

    def remove(key_id: str) -> None:
        secrets.delete_secret(
            SecretId=f"APIKEY_{key_id}", ForceDeleteWithoutRecovery=True
        )

    with ThreadPoolExecutor(8) as pool:
        stored = set(pool.map(store, range(_COUNT)))
        yield stored
        list(pool.map(remove, stored))


def test_the_first_page_comes_at_once(stack: Stack, key_ids: set[str]) -> None:
    """Fifty records, none twice; on the emulator in well under 2 s (not asserted)."""
    started = time.monotonic()
    records = apikeys(stack, "list", "--limit", "50")["records"]
    print(f"list --limit 50: {time.monotonic() - started:.2f} s")  # noqa: T201
    assert len(records) == 50
    assert len({record["keyId"] for record in records}) == 50
    assert key_ids


def test_all_pages_hold_each_record_once(stack: Stack, key_ids: set[str]) -> None:
    """No gap and no double, with a filter and without."""
    started = time.monotonic()
    counted = Counter(r["keyId"] for r in apikeys(stack, "list")["records"])
    print(f"list: {time.monotonic() - started:.2f} s")  # noqa: T201
    assert key_ids <= set(counted)
    assert set(counted.values()) == {1}
    records = apikeys(stack, "list", "--issuer", _ISSUER)["records"]
    assert Counter(r["keyId"] for r in records) == Counter(key_ids)
