"""What every engine promises, whatever keeps the records underneath.

A class of tests, run against each engine where it is at hand.
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from admin.errors import RefusedError
from admin.stores.engine import (
    Absence,
    Creation,
    NameTakenError,
    Replacement,
    Stored,
    Wanted,
)
from apikeys import timestamp
from tests.builders import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.stores.engine import Engine

_numbers = count()
_KIND = "API key record"
_DAY = 86_400
_LOOKS = 8


def _text(client: str = "Acme", ends_in: int | None = None, **more: object) -> str:
    ends = None if ends_in is None else timestamp.format_utc(NOW + ends_in)
    return json.dumps({"client": client, "expirationDate": ends, **more})


def _conflict(act: Callable[[], object]) -> None:
    with pytest.raises(RefusedError) as caught:
        act()
    assert caught.value.code == "version_conflict"


def _pages(engine: Engine, prefix: str, limit: int, **which: Any) -> list[list[str]]:
    """Return the names on each page."""
    pages, token = [], None
    while True:
        page = engine.names([prefix], limit=limit, token=token, **which)
        assert page is not None
        assert len(page.notes) <= limit
        pages.append(list(page.notes))
        token = page.token
        if token is None:
            return pages


def _names(engine: Engine, prefix: str, expected: set[str], **which: Any) -> set[str]:
    """Return the names as soon as they are as expected; a list may lag behind."""
    found: set[str] = set()
    for _ in range(_LOOKS):
        listed = [n for page in _pages(engine, prefix, 100, **which) for n in page]
        assert len(listed) == len(set(listed))
        found = set(listed)
        if found == expected:
            break
    return found


class EngineContract:
    """The promises; the class that is run has a fixture ``engine``."""

    @pytest.fixture
    def prefix(self) -> str:
        """Return what no name has begun with yet."""
        return f"CONTRACT{next(_numbers)}_"

    def test_a_value_is_read_as_it_was_stored(
        self, engine: Engine, prefix: str
    ) -> None:
        """Any text that a secret may hold, and the version to name at a write."""
        text = _text("東京 🗝\n", long="x" * 60_000)
        version = engine.create(f"{prefix}a", text, _KIND)
        assert engine.read(f"{prefix}a") == Stored(text, version)

    def test_what_has_no_value_says_why(self, engine: Engine, prefix: str) -> None:
        """Never there, or deleted."""
        name = f"{prefix}a"
        never = engine.read(name)
        engine.create(name, _text(), _KIND)
        assert engine.delete(name, 7)
        assert engine.is_gone(name)
        assert (never, engine.read(name)) == (Absence.NEVER, Absence.DELETED)

    def test_a_name_is_taken_once(self, engine: Engine, prefix: str) -> None:
        """By a value, and by one that waits for its deletion."""
        name = f"{prefix}a"
        version = engine.create(name, _text("first"), _KIND)
        with pytest.raises(NameTakenError):
            engine.create(name, _text("second"), _KIND)
        assert engine.read(name) == Stored(_text("first"), version)
        engine.delete(name, 7)
        with pytest.raises(NameTakenError):
            engine.create(name, _text("third"), _KIND)

    def test_a_write_names_the_version_that_it_replaces(
        self, engine: Engine, prefix: str
    ) -> None:
        """Compare-and-swap: a stale one changes nothing."""
        name = f"{prefix}a"
        first = engine.create(name, _text("1"), _KIND)
        second = engine.replace(name, _text("2"), first)
        _conflict(lambda: engine.replace(name, _text("3"), first))
        assert engine.read(name) == Stored(_text("2"), second)
        third = engine.replace(name, _text("3"), second)
        assert engine.read(name) == Stored(_text("3"), third)
        assert len({first, second, third}) == 3

    def test_what_is_not_there_takes_no_write(
        self, engine: Engine, prefix: str
    ) -> None:
        """Neither a value nor a note makes it."""
        name = f"{prefix}a"
        _conflict(lambda: engine.replace(name, _text(), "0" * 32))
        _conflict(lambda: engine.note(name, {"n": "1"}))
        assert engine.read(name) is Absence.NEVER

    def test_what_is_deleted_takes_no_write(self, engine: Engine, prefix: str) -> None:
        """A revocation stays one."""
        name = f"{prefix}a"
        version = engine.create(name, _text(), _KIND)
        engine.delete(name, 7)
        _conflict(lambda: engine.replace(name, _text("x"), version))
        assert engine.is_gone(name)

    def test_what_is_deleted_takes_no_note(self, engine: Engine, prefix: str) -> None:
        """Who notes something learns that it was revoked meanwhile."""
        name = f"{prefix}a"
        engine.create(name, _text(), _KIND)
        engine.delete(name, 7)
        _conflict(lambda: engine.note(name, {"n": "1"}))

    def test_a_deletion_is_in_force_by_one_call(
        self, engine: Engine, prefix: str
    ) -> None:
        """True for that one; of what is not there nothing is deleted."""
        name = f"{prefix}a"
        never = engine.delete(name, 7)
        engine.create(name, _text(), _KIND)
        assert [never, engine.delete(name, 7), engine.delete(name, 30)] == [
            False,
            True,
            False,
        ]

    def test_what_was_deleted_comes_back_as_it_was(
        self, engine: Engine, prefix: str
    ) -> None:
        """Value, version and notes; what was never there does not."""
        name = f"{prefix}a"
        assert not engine.restore(name)
        version = engine.create(name, _text(), _KIND, {"n": "1"})
        engine.delete(name, 7)
        assert engine.restore(name)
        assert engine.read(name) == Stored(_text(), version)
        assert engine.notes(name) == ({"n": "1"}, version)
        assert engine.replace(name, _text("next"), version)
        assert _names(engine, prefix, {name}) == {name}

    def test_notes_belong_to_a_value(self, engine: Engine, prefix: str) -> None:
        """Those of other names stay; the version is only the value's."""
        name = f"{prefix}a"
        version = engine.create(name, _text(), _KIND, {"kept": "1", "apikeys:n": "2"})
        engine.note(name, {"apikeys:n": "3", "more": "4"})
        expected = {"kept": "1", "apikeys:n": "3", "more": "4"}
        assert engine.notes(name) == (expected, version)
        engine.delete(name, 7)
        # Nothing else tells what was revoked.
        assert engine.notes(name) == (expected, version)
        _conflict(lambda: engine.notes(f"{prefix}never"))

    def test_notes_that_come_later_have_a_place(
        self, engine: Engine, prefix: str
    ) -> None:
        """A value may have none at first."""
        name = f"{prefix}a"
        engine.create(name, _text(), _KIND)
        assert engine.notes(name)[0] == {}
        engine.note(name, {"n": "1"})
        assert engine.notes(name)[0] == {"n": "1"}

    def test_many_are_read_at_once(self, engine: Engine, prefix: str) -> None:
        """Those that have a value, in the order in which they were asked for."""
        names = [f"{prefix}{number:03}" for number in range(12)]
        for name in names[:10]:
            engine.create(name, _text(name), _KIND)
        engine.delete(names[3], 7)
        asked = names[::-1]
        found = engine.read_many(asked)
        assert list(found) == [n for n in asked if n in {*names[:10]} - {names[3]}]
        assert {n: json.loads(s.text)["client"] for n, s in found.items()} == {
            name: name for name in found
        }
        assert engine.read_many([]) == {}

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
    def test_pages_have_every_name_once(
        self, engine: Engine, prefix: str, limit: int
    ) -> None:
        """Those that begin so, with their notes; a later page goes on from a token."""
        names = {f"{prefix}{number}" for number in range(7)}
        for name in names:
            engine.create(name, _text(), _KIND, {"n": name})
        engine.create(f"x{prefix}", _text(), _KIND)
        assert _names(engine, prefix, names) == names
        listed = [name for page in _pages(engine, prefix, limit) for name in page]
        assert sorted(listed) == sorted(names)
        page = engine.names([prefix], limit=100, token=None)
        assert page is not None
        assert page.notes == {name: {"n": name} for name in page.notes}

    def test_what_is_deleted_is_listed_apart(self, engine: Engine, prefix: str) -> None:
        """By what it is described as, with its notes."""
        live, gone = f"{prefix}live", f"{prefix}gone"
        for name in (live, gone):
            engine.create(name, _text(), _KIND, {"n": name})
        engine.delete(gone, 7)
        assert _names(engine, prefix, {live}) == {live}
        assert _names(engine, prefix, {gone}, deleted_as=[_KIND]) == {gone}

    def test_what_is_wanted_is_among_the_names(
        self, engine: Engine, prefix: str
    ) -> None:
        """No fitting one is left out; an engine without an index gives others too."""
        ends = {"a": -_DAY, "b": _DAY, "c": 10 * _DAY, "d": None}
        for name, ends_in in ends.items():
            client = "One" if name in "ab" else "Two"
            engine.create(f"{prefix}{name}", _text(client, ends_in), _KIND)
        for wanted, fitting in {
            Wanted("One"): "ab",
            Wanted("Nobody"): "",
            Wanted(ends_after=NOW): "bc",
            Wanted(ends_by=NOW): "a",
            Wanted(ends_after=NOW, ends_by=NOW + _DAY): "b",
            Wanted(ends_after=NOW + _DAY): "c",
        }.items():
            expected = {f"{prefix}{name}" for name in fitting}
            for _ in range(_LOOKS):
                found = _names(engine, prefix, expected, wanted=wanted)
                if expected <= found:
                    break
            assert expected <= found

    def test_writes_are_carried_out_together_or_not_at_all(
        self, engine: Engine, prefix: str
    ) -> None:
        """Where an engine has no transactions it writes nothing, and says so."""
        old, new = f"{prefix}old", f"{prefix}new"
        version = engine.create(old, _text("old"), _KIND)
        made = engine.together(
            [
                Creation(new, _text("new"), _KIND, {"n": "1"}),
                Replacement(old, _text("ended"), version),
            ]
        )
        if made is None:
            assert engine.read(new) is Absence.NEVER
            assert engine.read(old) == Stored(_text("old"), version)
            return
        assert engine.read(new) == Stored(_text("new"), made[0])
        assert engine.read(old) == Stored(_text("ended"), made[1])
        assert engine.notes(new) == ({"n": "1"}, made[0])

    def test_one_write_that_fails_undoes_the_others(
        self, engine: Engine, prefix: str
    ) -> None:
        """A name that is taken, a stale version, a deleted value."""
        old, new, gone = (f"{prefix}{name}" for name in ("old", "new", "gone"))
        version = engine.create(old, _text("old"), _KIND)
        last = engine.create(gone, _text("gone"), _KIND)
        done = engine.together([Replacement(old, _text("old"), version)])
        if done is None:
            return
        version = done[0]
        engine.delete(gone, 7)

        def write(name: str, replaced: str, read: str) -> None:
            first = Creation(name, _text("new"), _KIND)
            engine.together([first, Replacement(replaced, _text("x"), read)])

        for taken, replaced, read in ((old, gone, last), (gone, old, version)):
            with pytest.raises(NameTakenError):
                write(taken, replaced, read)
        _conflict(lambda: write(new, old, "0" * 32))
        _conflict(lambda: write(new, gone, last))
        assert engine.read(new) is Absence.NEVER
        assert engine.read(old) == Stored(_text("old"), version)
        assert engine.read(gone) is Absence.DELETED
