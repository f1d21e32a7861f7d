"""The journal of ``issue --from``: which rows are done, kept next to the file.

It never holds a key, only the run token, from which each row's request token is
derived, and the key ids. It is written atomically after each row, so that the run may
be killed at any moment and started again.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import time
from typing import TYPE_CHECKING, Any, Self

import click

from apikeys import timestamp
from apikeys.key import derived_key_id
from apikeys_cli.errors import UnreachableError
from apikeys_cli.terminal.private_file import open_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from apikeys_cli.batch.issue_rows import Row

_FORM = 1


class Journal:
    """The state of a run, of which a file has one at a time."""

    def __init__(self, source: Path, function: str) -> None:
        """Resume an earlier run of this file, or begin one.

        Raises:
            UsageError: another run is in progress, or the state is of another
                deployment or unreadable.
        """
        self.path = source.with_name(f"{source.name}.apikeys-run.json")
        self._lock = _locked(source)
        try:
            self._state = self._read(function)
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    @property
    def is_interrupted(self) -> bool:
        """Whether a row was begun but never finished."""
        return any(not entry["isDone"] for entry in self._rows.values())

    def is_done(self, row: Row) -> bool:
        """Return whether a row's key was issued and handed over."""
        return bool(self._rows.get(row.identity, {}).get("isDone"))

    def key_id(self, row: Row) -> str:
        """Return the id of a row's key."""
        return derived_key_id(self.request_token(row))

    def request_token(self, row: Row) -> str:
        """Return the token that makes the row's request safe to repeat."""
        attempt = self._rows.get(row.identity, {}).get("attempt", 1)
        text = f"{row.identity} {attempt}"
        return hmac.digest(
            self._state["runToken"].encode(), text.encode(), "sha256"
        ).hex()

    def begin(self, row: Row) -> int:
        """Note that a row is about to be issued; return when it first was."""
        entry = self._rows.get(row.identity)
        if entry is None:
            begun_at = timestamp.format_utc(time.time())
            entry = {"line": row.line, "client": row.client, "attempt": 1}
            entry |= {"isDone": False, "begunAt": begun_at, "keyId": self.key_id(row)}
            self._rows[row.identity] = entry
            self._write()
        return timestamp.parse(entry["begunAt"])

    def begin_anew(self, row: Row) -> None:
        """Let a row be issued under another id, as the first key was revoked."""
        entry = self._rows[row.identity]
        entry["attempt"] += 1
        entry |= {
            "begunAt": timestamp.format_utc(time.time()),
            "keyId": self.key_id(row),
        }
        self._write()

    def finish(self, row: Row) -> None:
        """Note that a row's key was handed over."""
        self._rows[row.identity]["isDone"] = True
        self._write()

    def replaced(self, rows: list[Row]) -> dict[str, Row]:
        """Return the rows that replace others that were issued.

        A new row with the client or else the line of one that is gone was most likely
        edited, and its client has a key.

        Returns:
            Each by the identity of the one that it replaces.
        """
        present = {row.identity for row in rows}
        gone = {
            identity: entry
            for identity, entry in self._rows.items()
            if identity not in present and not entry.get("isReplaced")
        }
        new = {row.identity: row for row in rows if row.identity not in self._rows}
        found: dict[str, Row] = {}
        # A line number says little if rows were inserted.
        for fields in (("client", "line"), ("client",), ("line",)):
            alike: dict[object, list[str]] = {}
            for identity, entry in gone.items():
                what = tuple(entry.get(field) for field in fields)
                alike.setdefault(what, []).append(identity)
            for row in list(new.values()):
                what = tuple(getattr(row, field) for field in fields)
                if identities := alike.get(what):
                    identity = identities.pop(0)
                    found[identity] = new.pop(row.identity)
                    del gone[identity]
        return found

    def key_id_of(self, identity: str) -> str:
        """Return the id of the key of a row that is gone from the file."""
        return str(self._rows[identity]["keyId"])

    def let_go(self, identities: Iterable[str]) -> None:
        """Note that rows are replaced on purpose: their old keys stay."""
        for identity in identities:
            self._rows[identity]["isReplaced"] = True
        self._write()

    @property
    def _rows(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self._state["rows"]
        return found

    def _read(self, function: str) -> dict[str, Any]:
        try:
            descriptor = open_private(self.path, os.O_RDONLY)
            with os.fdopen(descriptor, encoding="utf-8") as file:
                state = json.load(file)
            if state["form"] != _FORM or not isinstance(state["rows"], dict):
                raise ValueError("it is of another version")  # noqa: TRY301
            other: str = state["function"]
        except FileNotFoundError:
            return {
                "form": _FORM,
                "function": function,
                "runToken": secrets.token_hex(16),
                "rows": {},
            }
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise click.UsageError(f"{self.path} can't be read: {error}") from error
        if other != function:
            raise click.UsageError(
                f"{self.path} is of a run against {other}; to issue these keys at "
                f"{function}, too, copy the file under another name"
            )
        found: dict[str, Any] = state
        return found

    def _write(self) -> None:
        beside = self.path.with_name(f"{self.path.name}.new")
        try:
            # Left by a killed run, or a link that somebody else put there.
            beside.unlink(missing_ok=True)
            descriptor = open_private(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(self._state, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as error:
            message = f"{beside} can't be written: {error.strerror}"
            raise UnreachableError(message) from error


def _locked(source: Path) -> int:
    try:
        import fcntl  # noqa: PLC0415 - Windows has none, and needs it here alone
    except ImportError as error:
        raise click.UsageError(
            "a batch needs a file lock that this system lacks (Python's fcntl): on "
            "Windows run it under WSL, or issue the keys one by one"
        ) from error
    descriptor = os.open(source, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise click.UsageError(f"another run of {source} is at work") from error
    return descriptor
