"""When a key ends: asked for, by default, or as another key's life was long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import invalid
from apikeys import timestamp
from apikeys.defaults import DAY

if TYPE_CHECKING:
    from admin.fields import Ending

_LAST = timestamp.parse("9999-12-31T23:59:59")


class Lifetimes:
    """The deployment's rules about how long keys live."""

    def __init__(self, default_days: int, longest_days: int) -> None:
        """Set the rules; ``longest_days`` 0 sets no limit, another caps the default.

        Raises:
            ValueError: the default is no day at all.
        """
        if default_days < 1:
            raise ValueError("DEFAULT_LIFETIME_DAYS is not at least 1")
        if longest_days:
            default_days = min(default_days, longest_days)
        self._default = default_days * DAY
        self._longest_days = longest_days

    @property
    def default(self) -> int:
        """Seconds that a key lives where nothing was said."""
        return self._default

    def expiration_date(
        self, request: Ending, *, asked_at: int, now: int, otherwise: int | None
    ) -> str | None:
        """Return when a key ends, as records have it, None for never.

        Args:
            request: may ask for an end in one of three ways.
            asked_at: when this was asked for first, which a repeat comes after; a
                length counts from it, and no end that is asked for may lie before it.
            now: what the longest life counts from. Never a record's issue, which
                whoever imports it can choose.
            otherwise: the end where the request asks for none.

        Raises:
            RefusedError: 400, the end is in the past or beyond the longest life.
        """
        field, ends_at = "expirationDate", otherwise
        if request.never_expires:
            field, ends_at = "neverExpires", None
        elif request.lifetime_days is not None:
            field, ends_at = "lifetimeDays", asked_at + request.lifetime_days * DAY
        elif request.expiration_date is not None:
            ends_at = timestamp.parse(request.expiration_date)
            if ends_at <= asked_at:
                raise invalid(field, "is not in the future (UTC)")
        if ends_at is not None:
            # Half of eternity is enough: the last second that can be written.
            ends_at = min(ends_at, _LAST)
        if self._longest_days and (
            ends_at is None or ends_at > now + self._longest_days * DAY
        ):
            days = self._longest_days
            length = "a day" if days == 1 else f"{days} days"
            raise invalid(field, f"keys live at most {length} here")
        return None if ends_at is None else timestamp.format_utc(ends_at)
