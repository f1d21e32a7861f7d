"""The one session of a console: how a browser enters it, and when it locks."""

from __future__ import annotations

import secrets
import time
from hmac import compare_digest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    # The monotonic and the wall clock, in seconds.
    type Clocks = Callable[[], tuple[float, float]]

COOKIE = "apikeys-console"
ENTRY_SECONDS = 60
IDLE_SECONDS = 1_800

_BYTES = 32


def _clocks() -> tuple[float, float]:
    return time.monotonic(), time.time()


class Session:
    """What only this console's browser has.

    The longer of the monotonic and the wall clock's ages counts: the former stands
    still while a laptop sleeps, the latter may be set back.

    Attributes:
        path: the random path that all pages are under, without a slash at its end.
            Cookies know no ports, so that the path is what keeps other servers of this
            machine from getting this one's.
        entry: the token that a browser enters with, once, within a minute.
        csrf: the field that every form of this console has.
    """

    def __init__(self, clocks: Clocks = _clocks) -> None:
        self._clocks = clocks
        self._began = self._used = clocks()
        self._cookie: str | None = None
        self._is_entered = False
        self.path = f"/{secrets.token_urlsafe(12)}"
        self.entry = secrets.token_urlsafe(_BYTES)
        self.csrf = secrets.token_urlsafe(_BYTES)

    def enter(self, token: str) -> str | None:
        """Spend the entry token.

        Returns:
            The cookie's value; None if it is another token, was spent, or is old.
        """
        is_late = self._age(self._began) >= ENTRY_SECONDS
        if self._is_entered or is_late or not _equal(token, self.entry):
            return None
        self._is_entered = True
        self._cookie = secrets.token_urlsafe(_BYTES)
        self._used = self._clocks()
        return self._cookie

    def admits(self, cookie: str) -> bool:
        """Return whether a cookie is this session's, and the session is not locked."""
        return (
            self._cookie is not None
            and not self.is_locked()
            and _equal(cookie, self._cookie)
        )

    def is_locked(self) -> bool:
        """Return whether nobody has used the session for half an hour."""
        return self._is_entered and self._age(self._used) >= IDLE_SECONDS

    def use(self) -> None:
        """Note that the session is used, so that it is not locked yet."""
        self._used = self._clocks()

    def has_token(self, csrf: str) -> bool:
        """Return whether a form is one of this console's."""
        return _equal(csrf, self.csrf)

    def _age(self, since: tuple[float, float]) -> float:
        now = self._clocks()
        return max(now[0] - since[0], now[1] - since[1])


def _equal(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())
