"""The check of a role map, as callers know it that do not tell grades apart."""

from __future__ import annotations

from functools import lru_cache

from apikeys import policy
from apikeys.check import check
from apikeys.errors import MalformedRoleMapError
from apikeys.finding import REFUSE
from apikeys.grants import LONGEST_STAGE_ARN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys.record import Record
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


def answer_bytes(role_map: RoleMap, record: Record) -> int:
    """Return how long an answer a record gets at most, its context with it."""
    grant = role_map.grant(record.roles, read_only=record.is_read_only())
    found = policy.policy_document(grant, LONGEST_STAGE_ARN, record.expires_at)
    return policy.size(policy.answer(record, found))
