"""What the requests of a batch must agree with as things stand: role map and clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys import timestamp

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from apikeys_cli.admin_function import Target


def known_roles(target: Target, requests: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names in the role map, none where no request has roles."""
    if not any(request.get("roles") for request in requests):
        return set()
    return set(target.invoke("roles.get")["roleMap"]["roles"])


def standing_faults(
    request: Mapping[str, Any], known_roles: Container[str], now: float
) -> Iterator[str]:
    """Yield what is wrong now with a request that is good in itself."""
    unknown = [role for role in request.get("roles", []) if role not in known_roles]
    if unknown:
        yield f"roles: not in the role map: {', '.join(unknown)}"
    date = request.get("expirationDate")
    if date is not None and timestamp.parse(date) <= now:
        yield f"its end, {date}, is in the past (UTC)"
