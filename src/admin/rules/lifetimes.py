"""When a key ends: as asked for, by default, or after another key's lifetime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import invalid
from apikeys import timestamp
from apikeys.defaults import DAY

if TYPE_CHECKING:
    from admin.requests.base import Ending

_LAST = timestamp.parse("9999-12-31T23:59:59")


class Lifetimes:
    """The deployment's rules about how long keys live."""

    def __init__(self, default_days: int, longest_days: int) -> None:
        """Set the rules; ``longest_days`` caps the default too, and 0 means no limit.

        Raises:
            ValueError: the default is less than a day.
        """
        if default_days < 1:
            raise ValueError("DEFAULT_LIFETIME_DAYS is not at least 1")
        if longest_days:
            default_days = min(default_days, longest_days)
        self._default = default_days * DAY
        self._longest_days = longest_days

    @property
    def default(self) -> int:
        """A key's lifetime in seconds by default."""
        return self._default

    def expiration_date(
        self, request: Ending, *, asked_at: int, now: int, otherwise: int | None
    ) -> str | None:
        """Return when a key ends, as records have it, None for never.

        Args:
            request: may ask for an end in one of three ways.
            asked_at: when this was first asked for, if it is a repeat; a lifetime
                counts from it, and no end asked for may be before it.
            now: what the longest lifetime counts from. Never a record's issue, which an
                import can choose.
            otherwise: the end if the request asks for none.

        Raises:
            RefusedError: 400, the end is in the past or beyond the longest lifetime.
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
            # The last second that can be written is as good as eternity.
            ends_at = min(ends_at, _LAST)
        if self._longest_days and (
            ends_at is None or ends_at > now + self._longest_days * DAY
        ):
            days = self._longest_days
            length = "a day" if days == 1 else f"{days} days"
            raise invalid(field, f"keys live at most {length} here")
        return None if ends_at is None else timestamp.format_utc(ends_at)
