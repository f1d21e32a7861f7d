"""The decision about a credential whose record was found."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from apikeys import digest
from apikeys.decision import Reason, decide
from apikeys.record import Record
from tests.builders import BEFORE, LATER, NOW, a_key, forged, record_text

_KEY = a_key()


def _decide(credential: str = _KEY.text, now: float = NOW, **changes: object) -> Reason:
    record = Record.parse(record_text(_KEY, **changes), key_id=_KEY.key_id)
    return decide(record, credential, now=now, matches=digest.matches_any)


def test_an_enabled_unexpired_record_grants_its_credential() -> None:
    """Access is granted if and only if every check passes."""
    assert _decide() is Reason.GRANTED
    assert _decide(expirationDate=None, roles=None) is Reason.GRANTED


@pytest.mark.parametrize(
    ("right", "enabled", "expired"), list(product([True, False], repeat=3))
)
def test_the_first_check_that_fails_decides(
    *, right: bool, enabled: bool, expired: bool
) -> None:
    """Digest, then enabled, then expiry: in this order, whatever else is wrong."""
    found = _decide(
        _KEY.text if right else forged(_KEY),
        enabled=enabled,
        expirationDate=BEFORE if expired else LATER,
    )
    failing = [
        (not right, Reason.MISMATCH),
        (not enabled, Reason.DISABLED),
        (expired, Reason.EXPIRED),
        (True, Reason.GRANTED),
    ]
    assert found is next(reason for fails, reason in failing if fails)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW + 3_599.999_999, Reason.GRANTED),
        (NOW + 3_600, Reason.EXPIRED),
        (NOW + 3_600.000_001, Reason.EXPIRED),
        (NOW + 1e9, Reason.EXPIRED),
    ],
)
def test_a_key_is_refused_from_the_instant_it_expires(
    now: float, expected: Reason
) -> None:
    """At the very second that ``expirationDate`` names."""
    assert _decide(now=now) is expected


def test_a_digest_that_cannot_be_read_is_a_corrupt_record() -> None:
    """The hash's own complaint is a refusal of this key, no fault of the service."""
    unreadable = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 13}${'A' * 43}"
    assert _decide(digest=unreadable, enabled=False) is Reason.CORRUPT


@pytest.mark.parametrize(
    "changes", [{}, {"enabled": False}, {"expirationDate": BEFORE}, {"roles": []}]
)
def test_the_work_is_one_comparison_whatever_the_state(changes: dict[str, Any]) -> None:
    """Who does not hold the secret learns nothing of the record by its cost."""
    asked: list[tuple[tuple[str, ...], str]] = []

    def matches(stored: tuple[str, ...], credential: str) -> bool:
        asked.append((stored, credential))
        return False

    record = Record.parse(record_text(_KEY, **changes), key_id=_KEY.key_id)
    found = decide(record, "presented", now=NOW, matches=matches)
    assert found is Reason.MISMATCH
    assert asked == [((record.digest,), "presented")]


def test_the_operators_words_are_those_of_the_design() -> None:
    """Scripts and alarms rely on them."""
    assert [str(reason) for reason in Reason] == [
        "granted",
        "missing",
        "ambiguous",
        "malformed",
        "forged",
        "unknown",
        "revoked",
        "corrupt",
        "mismatch",
        "disabled",
        "expired",
        "address",
        "no_role",
    ]
