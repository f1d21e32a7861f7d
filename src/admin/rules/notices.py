"""Which records end soon enough to be announced, and how people are told."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from admin.rules.life_cycle import detail_of
from admin.stores.event_bus import Event
from apikeys.invisible import is_invisible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from apikeys.document import Document

# SNS accepts 256 KiB; two texts of 256 characters may have 2 KiB.
_MOST_ENTRIES: Final = 100
STATES: Final = ("active", "disabled", "expired", "corrupt")


@dataclass(slots=True)
class Notices:
    """What one run found: the records that are due, and how many are in each state.

    Attributes:
        due: the public views of those announced, in the order they were read.
        states: how many are in each of ``STATES``.
    """

    due: list[Document] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)

    def by_days(self, thresholds: Iterable[int]) -> dict[int, int]:
        """Return how many records are due at each threshold."""
        counts = Counter(view["expiresInDays"] for view in self.due)
        return {days: counts[days] for days in thresholds}


def found(views: Iterable[Document | None], thresholds: Collection[int]) -> Notices:
    """Judge every record by its public view, which is None if it can't be read.

    Nothing is remembered: each day's run announces the records of that day.
    """
    notices = Notices()
    for view in views:
        state = "corrupt" if view is None else str(view["state"])
        notices.states[state] += 1
        if view and state != "expired" and view["expiresInDays"] in thresholds:
            notices.due.append(view)
    return notices


def events(notices: Notices, stack: str) -> list[Event]:
    """Return an event for each record that is due."""
    return [
        Event("Key Expiring", detail_of(view, stack) | {"state": view["state"]})
        for view in notices.due
    ]


def summary(notices: Notices, stack: str) -> tuple[str, str]:
    """Return a message's subject and text: what is due, by client.

    A record's texts are data: quoted, on a line of their own, without line breaks. Only
    ids and logins are in what may be pasted.
    """
    count = len(notices.due)
    subject = f"{stack}: {count} {'key expires' if count == 1 else 'keys expire'} soon"
    lines = [f"{subject}."]
    expired = notices.states["expired"]
    if expired:
        lines.append(f"Expired and not revoked: {expired}.")
    ordered = sorted(notices.due, key=_by_client)
    for client, views in groupby(ordered[:_MOST_ENTRIES], lambda v: v.get("client")):
        lines += ["", f"Client {_quoted(client)}"]
        lines += [f"- {_described(view)}" for view in views]
    if count > _MOST_ENTRIES:
        lines += ["", f"And {count - _MOST_ENTRIES} more; `apikeys list` has them all."]
    lines += ["", "A successor, which works beside the old one for a day:", ""]
    lines += [f"  apikeys rotate {_argument(v)}" for v in ordered[:_MOST_ENTRIES]]
    return subject, "\n".join(lines)


def _by_client(view: Document) -> tuple[str, int, str]:
    days = view["expiresInDays"]
    return str(view.get("client")), days if isinstance(days, int) else 0, _id(view)


def _described(view: Document) -> str:
    noun = "login" if "login" in view else "key"
    days = f"{view['expiresInDays']} day{'' if view['expiresInDays'] == 1 else 's'}"
    said = [f"{noun} {_id(view)} expires in {days}, at {view['expirationDate']}"]
    if "name" in view:
        said.append(f"named {_quoted(view['name'])}")
    if view["state"] == "disabled":
        said.append("disabled")
    if "replacedBy" in view:
        said.append("has a successor")
    return ", ".join(said)


def _argument(view: Document) -> str:
    return f"--login {_id(view)}" if "login" in view else _id(view)


def _id(view: Document) -> str:
    return str(view.get("keyId") or view.get("login"))


def _quoted(text: object) -> str:
    visible = "".join("?" if is_invisible(c) else c for c in str(text))
    return json.dumps(visible, ensure_ascii=False)
