"""The check of a role map, as callers know it that do not tell grades apart."""

from __future__ import annotations

from functools import lru_cache

from apikeys.check import check
from apikeys.errors import MalformedRoleMapError
from apikeys.finding import REFUSE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys.roles import RoleMap

_checked = lru_cache(maxsize=1)(check)


def check_role_map(role_map: RoleMap) -> None:
    """Refuse a map that must not be stored.

    Raises:
        MalformedRoleMapError: with a sentence for each reason.
    """
    refused = [f.message for f in _checked(role_map) if f.grade == REFUSE]
    if refused:
        raise MalformedRoleMapError(refused)


def warnings(role_map: RoleMap) -> list[str]:
    """Return what is allowed but wants the operator's attention."""
    return [f.message for f in _checked(role_map) if f.grade != REFUSE]


def policy_bytes(role_map: RoleMap, roles: Iterable[str]) -> int:
    """Return how long a policy these roles make at most, in bytes."""
    return role_map.grant(roles).bytes
