"""A request from the event to the answer: read, look up, decide, grant."""

from __future__ import annotations

from apikeys.decision import Reason, decide
from apikeys.errors import FaultError, MisconfiguredError
from apikeys.record import Record
from apikeys.roles import RoleMap
from apikeys.signing import SigningKeys
from authorizer import events
from authorizer.admission import Admission
from authorizer.cache import Cache
from authorizer.credential import Credential
from authorizer.decision import Decision
from authorizer.identity_source import IdentitySource
from authorizer.own_secret import OwnSecret
from authorizer.policy_cache import PolicyCache
from authorizer.source import Source
from authorizer.store import Store
from authorizer.verifier import Verifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from authorizer.credential import Reference
    from authorizer.events.rest import Request
    from authorizer.policy_cache import Answer
    from authorizer.readers.reader import Reader
    from authorizer.request_clock import RequestClock
    from authorizer.settings import Settings

    type Found = Record | Reason

_MOST_REFUSALS = 256
_ABSENT = (Reason.UNKNOWN, Reason.REVOKED, Reason.CORRUPT)


class Authorizer:
    """Decides requests; holds what lives as long as the environment."""

    def __init__(
        self, settings: Settings, reader: Reader, record_reader: Reader | None = None
    ) -> None:
        """Build an authorizer.

        Args:
            settings: the environment's.
            reader: of the deployment's own secrets, and of its records.
            record_reader: of its records, if they are not secrets.
        """
        source = records = Source(reader, settings.stale_seconds)
        if record_reader is not None:
            records = Source(record_reader, settings.stale_seconds)
        ttl = settings.own_ttl_seconds
        self._signing_keys = OwnSecret(
            settings.signing_secret, SigningKeys.parse, ttl, source
        )
        self._role_map = OwnSecret(settings.roles_secret, RoleMap.loads, ttl, source)
        self._store = Store(records, settings)
        self._identity_source = IdentitySource(settings, self._signing_keys.get)
        self._verifier = Verifier()
        self._admission = Admission(self._store, self._verifier)
        self._policy_cache = PolicyCache(settings.source_ip_key)
        self._is_cached = settings.is_cached
        self._refusals: Cache[Decision] = Cache(_MOST_REFUSALS, _MOST_REFUSALS)

    def warm_up(self, clock: RequestClock) -> None:
        """Read what every request needs before the first one arrives.

        What can't be read now is read again by the request.
        """
        try:
            self._signing_keys.get(clock)
            self._role_map.get(clock)
        except FaultError:
            self._signing_keys.forget_failure()
            self._role_map.forget_failure()

    def authorize(self, event: object, clock: RequestClock) -> Decision:
        """Return the decision about one request.

        Raises:
            FaultError: the request can't be judged; API Gateway must answer 500.
        """
        api = stage = key_id = login = cached = fault = None
        try:
            request = events.read(event)
            method_arn = request.method_arn
            api, stage = method_arn.api, method_arn.stage
            credential = self._identity_source.read(request, clock)
            # An isinstance check for Reason would take five times as long.
            if not isinstance(credential, Credential):
                return self._refusal(request, credential)
            store, references = self._store, credential.references
            found = _first(store.known, references, clock)
            cached = found is not None
            # A genuine key whose record is known causes no bounded work.
            is_bounded = not (cached and credential.is_proven)
            admitted = is_bounded and self._admission.admit(credential, found, clock)
            if found is None:
                found = _first(store.record, references, clock) or Reason.UNKNOWN
            if credential.is_proven or found is not Reason.UNKNOWN:
                key_id, login = credential.key_id, credential.login
            reason = self._reason(found, credential, request, clock.now)
            if is_bounded:
                self._admission.settle(credential, reason, clock, admitted=admitted)
            if reason is not Reason.GRANTED or not isinstance(found, Record):
                refusal = request.refusal()
                return Decision(
                    "refuse", reason, api, stage, key_id, login, cached, refusal
                )
            role_map = self._role_map.get(clock)
            answer = self._policy_cache.of(found, role_map, method_arn)
        except Exception as error:  # noqa: BLE001 - fail closed, without its text
            fault = error if isinstance(error, FaultError) else _unexpected(error)
        if fault is not None:
            fault.api, fault.stage = api, stage
            fault.key_id, fault.login, fault.cached = key_id, login, cached
            # Raised out here, so that it has no context.
            raise fault from None
        if cached and answer.hit is not None:
            return answer.hit
        return _decision(answer, api, stage, key_id, login, cached=cached)

    def _refusal(self, request: Request, reason: Reason) -> Decision:
        """Return the refusal without a look-up, one object per kind, stage and reason.

        Anybody can cause it as often as they like, so it must cost little.
        """
        method_arn = request.method_arn
        name = (type(request), method_arn.stage_arn, reason)
        known = self._refusals.get(name)
        if known is None:
            api, stage = method_arn.api, method_arn.stage
            known = Decision("refuse", reason, api, stage, answer=request.refusal())
            self._refusals.put(name, known, 1)
        return known

    def _reason(
        self, found: Found, credential: Credential, request: Request, now: float
    ) -> Reason:
        """Return what is decided about a credential, with equal work where needed."""
        verifier = self._verifier
        if isinstance(found, Record):
            reason = decide(found, credential, now, verifier.matches)
            if found.networks and reason is Reason.GRANTED:
                return self._by_address(found, request)
        else:
            reason = found
        if credential.is_slow and reason in _ABSENT:
            # A missing record or an unreadable digest costs as much as any other.
            verifier.waste(credential)
        return reason

    def _by_address(self, record: Record, request: Request) -> Reason:
        """Judge the client's address, unless API Gateway may cache the answer.

        A cached answer must not depend on the address of one request, or a thief
        elsewhere would lock out the owner; there only the policy judges it. A TOKEN
        event has no address.
        """
        is_cached = self._is_cached and request.is_cached
        if is_cached or request.is_token or record.is_called_from(request.source_ip):
            return Reason.GRANTED
        return Reason.ADDRESS


def _first(
    look: Callable[[Reference, RequestClock], Found | None],
    references: tuple[Reference, ...],
    clock: RequestClock,
) -> Found | None:
    """Return what is in the first place that is not ``UNKNOWN``, else in the last.

    None where ``look`` doesn't know about a place, and so about none after it.
    """
    found: Found | None = Reason.UNKNOWN
    for reference in references:
        found = look(reference, clock)
        if found is not Reason.UNKNOWN:
            return found
    return found


def _decision(  # noqa: PLR0913 - what is known of the request
    answer: Answer,
    api: str | None,
    stage: str | None,
    key_id: str | None,
    login: str | None,
    *,
    cached: bool | None,
) -> Decision:
    """Return the decision for an answer, which keeps that of a known record."""
    verdict, reason = "allow", Reason.GRANTED
    if not answer.opens_a_route:
        verdict, reason = "refuse", Reason.NO_ROLE
    # Logged once, not for each request.
    shut, answer.shut = answer.shut, ()
    content = answer.content
    decision = Decision(
        verdict, reason, api, stage, key_id, login, cached, content, shut
    )
    if cached and not shut:
        answer.hit = decision
    return decision


def _unexpected(error: Exception) -> FaultError:
    """Return a fault that says where an error arose; its text may quote a secret."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = type(error).__name__
    if trace is None:
        return MisconfiguredError(f"unexpected {name}")
    code = trace.tb_frame.f_code
    return MisconfiguredError(
        f"unexpected {name} in {code.co_qualname}, line {trace.tb_lineno}"
    )
