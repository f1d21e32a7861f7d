"""Records as the function lists them, page by page, and how people name one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from apikeys_cli.admin_function import AdminFunction

_PAGE = 100


def name_of(record: Mapping[str, Any]) -> str:
    """Return the key id or the login of a record, which may read alike."""
    return str(record.get("keyId") or record.get("login"))


def named(record: Mapping[str, Any]) -> str:
    """Return the arguments that name a record in a command, and no other record."""
    name = name_of(record)
    return name if "keyId" in record else f"--login {name}"


class Listing:
    """The pages of ``list``, read as they are asked for.

    Attributes:
        count: how many records there were so far.
        corrupt: the key ids and logins of those that can't be read.
        unconfirmed: of those whose handover was never confirmed.
        noted_since: with ``unusedForDays``, since when uses are known.
        is_cut: whether there are more than the limit.
    """

    def __init__(
        self,
        function: AdminFunction,
        limit: int | None = None,
        fits: Callable[[Mapping[str, Any]], bool] | None = None,
        **filters: object,
    ) -> None:
        """Begin a listing.

        Args:
            function: which lists.
            limit: the most records, None for all.
            fits: says whether a record is one of them, besides the filters.
            filters: fields of the request, None for none.
        """
        self._function = function
        self._limit = limit
        self._fits = fits
        self._filters = filters
        self.count = 0
        self.corrupt: list[str] = []
        self.unconfirmed: list[str] = []
        self.noted_since: str | None = None
        self.is_cut = False

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each record, page by page."""
        token = None
        while True:
            left = _PAGE if self._limit is None else self._limit - self.count
            page = self._function.invoke(
                "list", limit=min(left, _PAGE), nextToken=token, **self._filters
            )
            self.corrupt += page.get("corrupt", [])
            self.unconfirmed += page.get("unconfirmed", [])
            self.noted_since = page.get("notedSince")
            for record in page["records"]:
                if self._fits is not None and not self._fits(record):
                    continue
                self.count += 1
                yield record
            token = page.get("nextToken")
            if token is None or self.count == self._limit:
                self.is_cut = token is not None
                return
