"""The decision about a credential whose record was found, and its reasons."""

from __future__ import annotations

from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.record import Record


class Reason(StrEnum):
    """Why a request was allowed or refused: the operator's word, never the client's."""

    GRANTED = "granted"
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    MALFORMED = "malformed"
    FORGED = "forged"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    CORRUPT = "corrupt"
    MISMATCH = "mismatch"
    DISABLED = "disabled"
    EXPIRED = "expired"
    ADDRESS = "address"
    NO_ROLE = "no_role"


def decide[T](
    record: Record,
    credential: T,
    now: float,
    matches: Callable[[tuple[str, ...], T], bool],
) -> Reason:
    """Judge a credential against its record: digest, then enabled, then expiry.

    The digest comes first, so that neither the answer nor the work done depends on a
    state that the caller has not earned the right to know.

    Args:
        record: the record that the credential names.
        credential: what was presented, as ``matches`` takes it.
        now: seconds since 1970, UTC.
        matches: returns whether one of these digests is the credential's.

    Returns:
        ``GRANTED``, or the first reason to refuse.
    """
    try:
        if not matches(record.digests(now), credential):
            return Reason.MISMATCH
    except ValueError:
        return Reason.CORRUPT
    if not record.enabled:
        return Reason.DISABLED
    if record.is_expired(now):
        return Reason.EXPIRED
    return Reason.GRANTED
