"""The answers for records that passed, compiled once for each stage."""

from __future__ import annotations

from apikeys import policy
from apikeys.errors import MisconfiguredError
from authorizer.cache import Cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document
    from apikeys.grants import Grant
    from apikeys.method_arn import MethodArn
    from apikeys.record import Record
    from apikeys.roles import RoleMap
    from authorizer.decision import Decision

_MAX_ENTRIES = 1_024
_MAX_SIZE = 4 * 1_024 * 1_024
# More than anybody reads in one log line.
_MOST_SHUT = 10


class Answer:
    """What API Gateway gets for a record that passed.

    Attributes:
        record: the record that it is about.
        role_map: the role map by which it was compiled.
        content: the answer itself.
        opens_a_route: whether its policy opens any.
        shut: which of the routes held the policy does not open, once for a set of
            roles: it is emptied when it is logged.
        hit: the decision for a request whose record was known, once there was one.
    """

    __slots__ = ("content", "hit", "opens_a_route", "record", "role_map", "shut")

    def __init__(
        self, record: Record, role_map: RoleMap, content: Document, *, opens: bool
    ) -> None:
        self.record = record
        self.role_map = role_map
        self.content = content
        self.opens_a_route = opens
        self.shut: tuple[str, ...] = ()
        self.hit: Decision | None = None


class PolicyCache:
    """Compiles policies, and again only for another record or role map.

    It keeps what follows from a record, never that the record may pass: that is decided
    afresh for each request.
    """

    def __init__(self, source_ip_key: str) -> None:
        """Begin empty; the key is IAM's name for the client's address."""
        self._source_ip_key = source_ip_key
        self._cache: Cache[Answer] = Cache(_MAX_ENTRIES, _MAX_SIZE)
        self._reported: set[Grant] = set()
        self._reported_of: RoleMap | None = None

    def of(self, record: Record, role_map: RoleMap, method_arn: MethodArn) -> Answer:
        """Return the answer for a record at one stage, by the map that decides there.

        Raises:
            MisconfiguredError: its policy is longer than API Gateway accepts.
        """
        name = (record.principal, method_arn.stage_arn)
        known = self._cache.get(name)
        if known is not None and known.record is record and known.role_map is role_map:
            return known
        deciding = role_map.of(method_arn.api, method_arn.stage)
        grant = deciding.grant(record.roles, read_only=record.is_read_only())
        answer, size = self._compiled(record, role_map, grant, method_arn.stage_arn)
        answer.shut = self._unreported(role_map, grant)
        self._cache.put(name, answer, size)
        return answer

    def _unreported(self, role_map: RoleMap, grant: Grant) -> tuple[str, ...]:
        """Return what a grant closes, the first time that it is asked for."""
        if role_map is not self._reported_of or len(self._reported) >= _MAX_ENTRIES:
            self._reported_of, self._reported = role_map, set()
        if grant in self._reported:
            return ()
        self._reported.add(grant)
        return grant.shut[:_MOST_SHUT]

    def _compiled(
        self, record: Record, role_map: RoleMap, grant: Grant, stage_arn: str
    ) -> tuple[Answer, int]:
        found = policy.policy_document(
            grant, stage_arn, record.expires_at, record.networks, self._source_ip_key
        )
        size = policy.size(found)
        if size > policy.MAX_BYTES:
            raise MisconfiguredError(
                f"the policy of {record.principal} is over {policy.MAX_BYTES} bytes"
            )
        content = policy.answer(record, found)
        # The answer keeps its record alive.
        size += record.size
        return Answer(record, role_map, content, opens=bool(grant.allow)), size
