"""The answers that records have earned, compiled once for each stage."""

from __future__ import annotations

from apikeys import policy
from apikeys.errors import MisconfiguredError
from authorizer.cache import Cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document
    from apikeys.record import Record
    from apikeys.roles import RoleMap

_MAX_ENTRIES = 1_024
_MAX_SIZE = 4 * 1_024 * 1_024


class Answer:
    """What API Gateway gets for a record that passed, and whether it opens a route."""

    __slots__ = ("content", "opens_a_route", "record", "role_map")

    def __init__(
        self, record: Record, role_map: RoleMap, content: Document, *, opens: bool
    ) -> None:
        self.record = record
        self.role_map = role_map
        self.content = content
        self.opens_a_route = opens


class PolicyCache:
    """Compiles policies, and again only for another record or role map.

    It keeps what follows from a record, never that the record may pass: that is decided
    anew for each request.
    """

    def __init__(self) -> None:
        self._cache: Cache[Answer] = Cache(_MAX_ENTRIES, _MAX_SIZE)

    def of(self, record: Record, role_map: RoleMap, stage_arn: str) -> Answer:
        """Return the answer for a record on one stage.

        Raises:
            MisconfiguredError: its policy is longer than API Gateway takes.
        """
        name = (record.principal, stage_arn)
        known = self._cache.get(name)
        if known is not None and known.record is record and known.role_map is role_map:
            return known
        answer, size = _compiled(record, role_map, stage_arn)
        self._cache.put(name, answer, size)
        return answer


def _compiled(record: Record, role_map: RoleMap, stage_arn: str) -> tuple[Answer, int]:
    grant = role_map.grant(record.roles, read_only=record.is_read_only())
    found = policy.policy_document(grant, stage_arn, record.expires_at)
    size = policy.size(found)
    if size > policy.MAX_BYTES:
        raise MisconfiguredError(
            f"the policy of {record.principal} is over {policy.MAX_BYTES} bytes"
        )
    content = policy.answer(record, found)
    # The answer keeps its record alive.
    size += record.size
    return Answer(record, role_map, content, opens=bool(grant.allow)), size
