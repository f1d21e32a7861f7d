"""No part of a key's secret is anywhere but in the answer that issued it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from local.clients import apikeys, call
from local.scenarios.keys import MANAGEMENT
from tests.integration.traces import is_in, logs

if TYPE_CHECKING:
    from local.deployment import Stack

pytestmark = pytest.mark.deployed


def _is_in(key: str, text: str) -> bool:
    """Return whether 8 characters in a row of the key's secret part are in a text."""
    return is_in(key.rsplit("_", 1)[1], text)


def _stored(stack: Stack) -> str:
    secrets = stack.emulator.client("secretsmanager")
    pages = secrets.get_paginator("list_secrets").paginate()
    listed = [secret for page in pages for secret in page["SecretList"]]
    values = [
        secrets.get_secret_value(SecretId=s["Name"]).get("SecretString") for s in listed
    ]
    return json.dumps([listed, values], default=str)


def test_the_secret_of_a_key_is_in_no_log_no_name_and_no_other_answer(
    stack: Stack,
) -> None:
    """Used, refused, shown, disabled and revoked, a key leaves no trace of its text."""
    issuing = apikeys(stack, "issue", "--client", "Canary", "--role", MANAGEMENT)
    key, key_id = issuing["key"], issuing["record"]["keyId"]
    forged = f"{key[:-1]}{'1' if key[-1] == '0' else '0'}"
    answers = [
        call(stack, "/whoami", key).body,
        call(stack, "/triplestore/q", key).body,
        call(stack, "/whoami", forged).body,
        json.dumps(apikeys(stack, "get", key_id)),
        json.dumps(apikeys(stack, "disable", key_id)),
        json.dumps(apikeys(stack, "revoke", key_id, "--yes")),
    ]
    time.sleep(1)
    logged = logs(stack)
    assert key_id in logged, "the search must be able to find what is there"
    assert _is_in(key, json.dumps(issuing)), "the canary is where it belongs"
    for place, searched in {"logs": logged, "stored secrets": _stored(stack)}.items():
        # Bare booleans: a failing comparison would print what was searched.
        assert not _is_in(key, searched), place
    leaking = [number for number, text in enumerate(answers) if _is_in(key, text)]
    assert leaking == []
