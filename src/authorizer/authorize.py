"""One request's way from the event to the answer: parse, find, decide, grant."""

from __future__ import annotations

from apikeys.decision import Reason, decide
from apikeys.record import Record
from authorizer.answers import Answers
from authorizer.bucket import Bucket
from authorizer.credential import Credential
from authorizer.credentials import Credentials
from authorizer.request import Request
from authorizer.verifier import Verifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from authorizer.moment import Moment
    from authorizer.outcome import Outcome
    from authorizer.settings import Settings
    from authorizer.store import Store

_UNMATCHED = (Reason.MISMATCH, Reason.UNKNOWN, Reason.REVOKED, Reason.CORRUPT)


class Authorizer:
    """Judges requests; holds what lives as long as the environment."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._store = store
        self._credentials = Credentials(settings, store.signing_keys)
        self._answers = Answers()
        self._verifier = Verifier()
        self._bucket = Bucket()

    def authorize(self, event: object, moment: Moment, outcome: Outcome) -> None:
        """Fill in the outcome of one request.

        Raises:
            FaultError: the request can't be judged; API Gateway must answer 500.
        """
        request = Request.parse(event)
        method_arn = request.method_arn
        outcome.api, outcome.stage = method_arn.api, method_arn.stage
        credential = self._credentials.read(request, moment)
        # Asked whether it is a Reason, Python would take five times as long.
        if not isinstance(credential, Credential):
            outcome.reason = credential
            return
        record = self._judged(credential, moment, outcome)
        if not isinstance(record, Record):
            outcome.reason = record
            return
        role_map = self._store.role_map(moment)
        answer = self._answers.of(record, role_map, method_arn.stage_arn)
        outcome.answer = answer.content
        if answer.opens_a_route:
            outcome.outcome, outcome.reason = "allow", Reason.GRANTED
        else:
            outcome.reason = Reason.NO_ROLE

    def _judged(
        self, credential: Credential, moment: Moment, outcome: Outcome
    ) -> Record | Reason:
        """Return the record of a credential that may pass, or why it may not."""
        record = self._known(credential, moment)
        outcome.cached = record is not None
        # Anybody could make us read and hash for what is not proven.
        drawn = not (
            credential.is_proven or self._is_cheap(record, credential, moment.now)
        )
        if drawn:
            self._bucket.draw(moment)
        if record is None:
            record = self._found(credential, moment)
        if credential.is_proven or record is not Reason.UNKNOWN:
            outcome.key_id, outcome.login = credential.key_id, credential.login
        if not isinstance(record, Record):
            if credential.is_slow:
                self._verifier.waste(credential)
            return record
        verifier = self._verifier
        matches = verifier.matches_slowly if credential.is_slow else verifier.matches
        reason = decide(record, credential, moment.now, matches)
        if reason is Reason.CORRUPT and credential.is_slow:
            # A digest that the hash can't read costs what any other does.
            verifier.waste(credential)
        if drawn and reason not in _UNMATCHED:
            self._bucket.give_back()
        return record if reason is Reason.GRANTED else reason

    def _known(self, credential: Credential, moment: Moment) -> Record | Reason | None:
        known: Record | Reason | None = Reason.UNKNOWN
        for reference in credential.references:
            known = self._store.known(reference, moment)
            if known is not Reason.UNKNOWN:
                return known
        return known

    def _found(self, credential: Credential, moment: Moment) -> Record | Reason:
        found: Record | Reason = Reason.UNKNOWN
        for reference in credential.references:
            found = self._store.record(reference, moment)
            if found is not Reason.UNKNOWN:
                return found
        return found

    def _is_cheap(
        self, known: Record | Reason | None, credential: Credential, now: float
    ) -> bool:
        """Tell whether no stranger could have caused the work that is left to do."""
        if isinstance(known, Reason):
            return not credential.is_slow
        if known is not None and not credential.is_slow:
            return self._verifier.is_cheap(known.digests(now), credential)
        # Its owner was verified here: a record that has to be read again changes
        # nothing about that until it is found to be another.
        record = known or self._last_known(credential)
        if record is None or isinstance(record, Reason):
            return False
        return self._verifier.has_verified(record.digests(now), credential)

    def _last_known(self, credential: Credential) -> Record | Reason | None:
        for reference in credential.references:
            found = self._store.last_known(reference)
            if found is not None and found is not Reason.UNKNOWN:
                return found
        return None
