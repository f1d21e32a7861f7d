"""The journal of ``issue --from``: which rows are done, kept next to the file.

It never holds a key, only the run token, from which each row's request token is
derived, and the key ids. Each step of a row adds a line, so that the run may be killed
at any moment and started again, and a row costs the same however many there are.
"""

from __future__ import annotations

import hmac
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from apikeys import timestamp
from apikeys.key import derived_key_id
from apikeys_cli.batch.journal_file import JournalFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from apikeys_cli.batch.issue_rows import Row


class _Progress(NamedTuple):
    """How far a row has come.

    Attributes:
        begun_at: when it was first tried under its present id.
        keys_to: where the last try puts the key; None if it prints it.
        attempt: 1, and one more for each key of it that was revoked meanwhile.
        is_done: whether its key was handed over.
        is_replaced: whether another row replaces it on purpose.
    """

    begun_at: int = 0
    keys_to: str | None = None
    attempt: int = 1
    is_done: bool = False
    is_replaced: bool = False


_UNTOUCHED = _Progress()


class Journal:
    """The state of a run, of which a file has one at a time."""

    def __init__(self, source: Path, function: str) -> None:
        """Resume an earlier run of this file, or begin one.

        Raises:
            UsageError: another run is in progress, or the state is of another
                deployment or unreadable.
        """
        self._file = JournalFile(source, function)
        self._rows: dict[str, _Progress] = {}
        try:
            for step in self._file.steps():
                self._note(step)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._file.close()
            raise self._file.unreadable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return self._file.path

    @property
    def is_interrupted(self) -> bool:
        """Whether a row was begun but never finished."""
        return any(not row.is_done for row in self._rows.values())

    def is_done(self, row: Row) -> bool:
        """Return whether a row's key was issued and handed over."""
        return self._progress(row.identity).is_done

    def key_id(self, row: Row) -> str:
        """Return the id of a row's key."""
        return self.key_id_of(row.identity)

    def key_id_of(self, identity: str) -> str:
        """Return the id of the key of the row with this identity."""
        return derived_key_id(self._request_token(identity))

    def request_token(self, row: Row) -> str:
        """Return the token that makes the row's request safe to repeat."""
        return self._request_token(row.identity)

    def begun_for(self, keys_to: str) -> set[str]:
        """Return the ids of the keys of unfinished rows that were to go there."""
        return {
            self.key_id_of(identity)
            for identity, row in self._rows.items()
            if row.keys_to == keys_to and not row.is_done
        }

    def begin(self, row: Row, keys_to: str | None) -> int:
        """Note that a row is about to be issued; return when it first was."""
        before = self._progress(row.identity)
        begun_at = before.begun_at or int(time.time())
        self._begin(row, before._replace(begun_at=begun_at, keys_to=keys_to))
        return begun_at

    def begin_anew(self, row: Row) -> int:
        """Let a row be issued under another id, as the first key was revoked."""
        before = self._progress(row.identity)
        begun_at = int(time.time())
        attempt = before.attempt + 1
        self._begin(row, before._replace(begun_at=begun_at, attempt=attempt))
        return begun_at

    def finish(self, row: Row) -> None:
        """Note that a key was handed over; this and all before it is then on disk."""
        self._rows[row.identity] = self._progress(row.identity)._replace(is_done=True)
        self._file.add({"row": row.identity, "isDone": True}, is_kept=True)

    def replaced(self, rows: Iterable[Row]) -> dict[str, Row]:
        """Return the rows that replace others that were issued.

        A new row with the client or else the line of one that is gone was most likely
        edited, and its client has a key.

        Returns:
            Each by the identity of the one that it replaces.
        """
        gone = {name for name, row in self._rows.items() if not row.is_replaced}
        for row in rows:
            gone.discard(row.identity)
        if not gone:
            return {}
        begun = {
            step["row"]: step
            for step in self._file.steps()
            if step["row"] in gone and "client" in step
        }
        new = {row.identity: row for row in rows if row.identity not in self._rows}
        return _in_place_of(begun, new)

    def let_go(self, identities: Iterable[str]) -> None:
        """Note that rows are replaced on purpose: their old keys stay."""
        for identity in identities:
            self._rows[identity] = self._progress(identity)._replace(is_replaced=True)
            self._file.add({"row": identity, "isReplaced": True})

    def _progress(self, identity: str) -> _Progress:
        return self._rows.get(identity, _UNTOUCHED)

    def _request_token(self, identity: str) -> str:
        text = f"{identity} {self._progress(identity).attempt}"
        return hmac.digest(self._file.run_token.encode(), text.encode(), "sha256").hex()

    def _begin(self, row: Row, progress: _Progress) -> None:
        if progress == self._rows.get(row.identity):
            return
        self._rows[row.identity] = progress
        self._file.add(
            {
                "row": row.identity,
                "line": row.line,
                "client": row.client,
                "keyId": self.key_id(row),
                "attempt": progress.attempt,
                "begunAt": timestamp.format_utc(progress.begun_at),
                "keysTo": progress.keys_to,
            }
        )

    def _note(self, step: dict[str, Any]) -> None:
        before = self._progress(step["row"])
        if "isDone" in step:
            after = before._replace(is_done=True)
        elif "isReplaced" in step:
            after = before._replace(is_replaced=True)
        else:
            after = before._replace(
                begun_at=timestamp.parse(step["begunAt"]),
                keys_to=step["keysTo"],
                attempt=step["attempt"],
            )
        self._rows[step["row"]] = after


def _in_place_of(
    gone: dict[str, dict[str, Any]], new: dict[str, Row]
) -> dict[str, Row]:
    found: dict[str, Row] = {}
    # A line number says little if rows were inserted.
    for fields in (("client", "line"), ("client",), ("line",)):
        alike: dict[object, list[str]] = {}
        for identity, step in gone.items():
            what = tuple(step[field] for field in fields)
            alike.setdefault(what, []).append(identity)
        for row in list(new.values()):
            what = tuple(getattr(row, field) for field in fields)
            if identities := alike.get(what):
                identity = identities.pop(0)
                found[identity] = new.pop(row.identity)
                del gone[identity]
    return found
