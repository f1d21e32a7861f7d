"""What happens once: a form reaches the function once, a credential is shown once."""

from __future__ import annotations

import secrets
from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, Any

from apikeys_cli.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

# A person may leave this many forms open; the oldest are forgotten.
_MOST = 1_000


class SpentForms:
    """Form tokens, each of which leads to one request to the function.

    A token is also the request's ``requestToken``. Sent again, it would make the
    function give the same id another key, and end the one that was just copied; so it
    is not sent again.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._outcomes: dict[str, Future[str] | None] = {}

    def new(self) -> str:
        """Return the token of a form that is about to be shown."""
        token = secrets.token_hex(16)
        with self._lock:
            self._outcomes[token] = None
            while len(self._outcomes) > _MOST:
                del self._outcomes[next(iter(self._outcomes))]
        return token

    def knows(self, token: str) -> bool:
        """Return whether a token is one of this console's forms."""
        return token in self._outcomes

    def spend(self, token: str, act: Callable[[], str]) -> str:
        """Return where a form leads, and carry it out only the first time.

        A second post waits for the first to end, and leads to the same place. If the
        function's answer was lost, the form may be sent again: nobody has seen a key
        yet, and the same token makes nothing twice.

        Args:
            token: the form's, for which ``knows`` is true.
            act: carries it out and returns where it leads, or raises.

        Raises:
            Exception: what ``act`` raised, to whoever sends the form again as well.
        """
        with self._lock:
            outcome = self._outcomes[token]
            is_first = outcome is None
            if outcome is None:
                outcome = self._outcomes[token] = Future()
        if is_first:
            try:
                outcome.set_result(act())
            except Exception as error:  # noqa: BLE001 - raised below, to each who asks
                if isinstance(error, UnreachableError):
                    with self._lock:
                        self._outcomes[token] = None
                outcome.set_exception(error)
        return outcome.result()


class ShownOnce:
    """Answers with a credential, each for one view."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._unseen: dict[str, dict[str, Any]] = {}
        self._records: dict[str, dict[str, Any]] = {}

    def keep(self, answer: dict[str, Any]) -> str:
        """Keep an answer until it is seen, and return the name of its view."""
        name = secrets.token_urlsafe(16)
        with self._lock:
            self._unseen[name] = answer
            self._records[name] = answer["record"]
        return name

    def take(self, name: str) -> dict[str, Any] | None:
        """Return an answer the first time, and None ever after."""
        with self._lock:
            return self._unseen.pop(name, None)

    def record(self, name: str) -> dict[str, Any] | None:
        """Return the record of a present or past view, None for any other."""
        return self._records.get(name)
