"""The records that match, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.actions.views import public_view, revoked_view
from admin.rules import last_use, page_token
from admin.rules.handover import is_awaited
from admin.stores.engine import Wanted
from admin.stores.revoked import seen
from admin.stores.stored_record import is_ours, readable
from apikeys import timestamp
from apikeys.defaults import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin.deployment import Deployment
    from admin.requests.records import ListKeys
    from admin.stores.records import Page
    from apikeys.document import Document
    from apikeys.record import Record


# A rare match must not take longer than the caller waits: the token continues.
_MOST_PAGES = 20


def list_records(deployment: Deployment, request: ListKeys) -> Document:
    """Answer ``list``: at most ``limit`` records, and a token if there are more.

    Pages of names are read until the next one might hold more than is asked for, so
    that no record is left out or shown twice; an answer may have fewer than ``limit``
    records and a token nevertheless. ``corrupt`` has the key ids and logins of records
    that can't be read, ``unconfirmed`` those of the records shown whose hand-over was
    never confirmed. With ``unusedForDays`` it has ``notedSince``, from when on uses are
    known.
    """
    noted_since = None
    if request.unused_for_days is not None:
        noted_since = last_use.noted_since(deployment.last_uses)
    found: list[Document] = []
    apart: dict[str, list[str]] = {"corrupt": [], "unconfirmed": []}
    pages_of = request.model_dump(exclude={"limit", "next_token"}, exclude_none=True)
    token = (
        None
        if request.next_token is None
        else page_token.unwrapped(request.next_token, pages_of)
    )
    wanted = _wanted(request, int(deployment.clock()))
    for _ in range(_MOST_PAGES):
        page = deployment.records.page(
            request.limit - len(found),
            token,
            deleted=request.state == "revoked",
            wanted=wanted,
        )
        if page is None:
            raise page_token.refused()
        found += _fitting(deployment, request, page, apart, noted_since)
        token = page.token
        # A page of less than half would cost as much and yield little.
        if token is None or len(found) * 2 > request.limit:
            break
    answer: Document = {"status": 200, "records": found}
    answer |= {name: texts for name, texts in apart.items() if texts}
    if noted_since is not None:
        answer["notedSince"] = timestamp.rfc3339(noted_since)
    if token is not None:
        answer["nextToken"] = page_token.wrapped(token, pages_of)
    return answer


def _wanted(request: ListKeys, now: int) -> Wanted:
    """Return what a store may filter by; each record is judged in any case."""
    days = request.expiring_within_days
    if days is not None:
        return Wanted(request.client, ends_after=now, ends_by=now + days * DAY)
    if request.state == "expired":
        return Wanted(request.client, ends_by=now)
    return Wanted(request.client)


def _fitting(
    deployment: Deployment,
    request: ListKeys,
    page: Page,
    apart: dict[str, list[str]],
    noted_since: int | None,
) -> Iterator[Document]:
    if request.state == "revoked":
        for principal, notes in page.notes.items():
            kept = seen(notes)
            if _mentions(kept, request.search):
                yield revoked_view(principal, kept)
        return
    now = deployment.clock()
    uses = last_use.uses_of(
        deployment.last_uses, page.principals, is_needed=noted_since is not None
    )
    for principal, stored in deployment.records.many(page.principals).items():
        record = readable(principal, stored)
        if record is not None and _fits(record, request, now):
            view = public_view(record, stored.version, now)
            view |= last_use.shown(uses, principal)
            if noted_since is not None and not last_use.is_unused(
                record,
                (uses or {}).get(principal, 0),
                noted_since,
                now - (request.unused_for_days or 0) * DAY,
            ):
                continue
            if request.state in (None, view["state"]):
                if is_awaited(page.notes[principal]):
                    apart["unconfirmed"].append(principal.text)
                yield view
        elif record is None and is_ours(stored):
            apart["corrupt"].append(principal.text)


def _fits(record: Record, request: ListKeys, now: float) -> bool:
    if request.role is not None and request.role not in record.roles:
        return False
    if not _mentions(record.document, request.search):
        return False
    if request.expiring_within_days is not None:
        ends_before = now + request.expiring_within_days * DAY
        ends_at = record.expires_at
        if ends_at is None or not now < ends_at <= ends_before:
            return False
    return all(
        wanted in (None, record.document.get(field))
        for field, wanted in (("client", request.client), ("issuer", request.issuer))
    )


def _mentions(fields: Document, text: str | None) -> bool:
    """Return whether a record's texts by people contain a text, ignoring case."""
    return text is None or any(
        text.casefold() in str(fields.get(name) or "").casefold()
        for name in ("client", "name", "description")
    )
