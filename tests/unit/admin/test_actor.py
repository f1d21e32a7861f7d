"""The claimed actor: what an invocation says of who made it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from admin.actor import claimed_actor

_ARN = "arn:aws:sts::123456789012:assumed-role/Ops/ada"


def _context(custom: object) -> Any:
    return SimpleNamespace(client_context=SimpleNamespace(custom=custom))


def test_the_claim_is_taken_as_it_is() -> None:
    """The command line sends the ARN of its caller."""
    assert claimed_actor(_context({"actor": _ARN})) == _ARN


@pytest.mark.parametrize(
    "custom",
    [
        None,
        {},
        [],
        {"actor": None},
        {"actor": 1},
        {"actor": ""},
        {"actor": "a\nb"},
        {"actor": "\x1b[31m"},
        {"actor": "a" * 2_049},
    ],
)
def test_what_does_not_fit_into_a_line_is_no_claim(custom: object) -> None:
    """The log is read by people and by programs, line by line."""
    assert claimed_actor(_context(custom)) is None


def test_an_invocation_without_a_context_claims_nothing() -> None:
    """So the AWS CLI invokes, and the console."""
    nothing: Any = SimpleNamespace(client_context=None)
    assert claimed_actor(nothing) is None
    bare: Any = SimpleNamespace()
    assert claimed_actor(bare) is None
