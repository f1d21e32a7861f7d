"""One request's way from the event to the answer: parse, find, decide, grant."""

from __future__ import annotations

from apikeys.decision import Reason, decide
from apikeys.errors import MalformedKeyError
from apikeys.key import Key
from authorizer import api_key
from authorizer.answers import Answers
from authorizer.bucket import Bucket
from authorizer.request import Request
from authorizer.tags import Tags
from authorizer.verifier import Verifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.record import Record
    from authorizer.moment import Moment
    from authorizer.outcome import Outcome
    from authorizer.settings import Settings
    from authorizer.store import Store


class Authorizer:
    """Judges requests; holds what lives as long as the environment."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._tag_check = settings.tag_check
        self._store = store
        self._answers = Answers()
        self._tags = Tags()
        self._verifier = Verifier()
        self._bucket = Bucket()

    def authorize(self, event: object, moment: Moment, outcome: Outcome) -> None:
        """Fill in the outcome of one request.

        Raises:
            FaultError: the request can't be judged; API Gateway must answer 500.
        """
        request = Request.parse(event)
        outcome.api = request.method_arn.api
        outcome.stage = request.method_arn.stage
        key = self._key(request, moment)
        if isinstance(key, Reason):
            outcome.reason = key
            return
        outcome.key_id = key.key_id
        record = self._judged(key, moment, outcome)
        if isinstance(record, Reason):
            outcome.reason = record
            return
        role_map = self._store.role_map(moment)
        answer = self._answers.of(record, role_map, request.method_arn.stage_arn)
        outcome.answer = answer.content
        if answer.opens_a_route:
            outcome.outcome, outcome.reason = "allow", Reason.GRANTED
        else:
            outcome.reason = Reason.NO_ROLE

    def _key(self, request: Request, moment: Moment) -> Key | Reason:
        raw = api_key.presented(request)
        if isinstance(raw, Reason):
            return raw
        try:
            key = Key.parse(raw)
        except MalformedKeyError:
            return Reason.MALFORMED
        if self._tag_check:
            signing_keys = self._store.signing_keys(moment)
            if not self._tags.is_genuine(key, signing_keys):
                return Reason.FORGED
        return key

    def _judged(self, key: Key, moment: Moment, outcome: Outcome) -> Record | Reason:
        """Return the record of a key that may pass, or why it may not."""
        record = self._store.known(key.key_id, moment)
        outcome.cached = record is not None
        # Without the tag's proof anybody could make us read and hash.
        drawn = not (self._tag_check or self._is_cheap(record, key))
        if drawn:
            self._bucket.draw(moment.started)
        if record is None:
            record = self._store.record(key.key_id, moment)
        if isinstance(record, Reason):
            return record
        reason = decide(
            record, key.text, now=moment.now, matches=self._verifier.matches
        )
        if drawn and reason not in (Reason.MISMATCH, Reason.CORRUPT):
            self._bucket.give_back()
        return record if reason is Reason.GRANTED else reason

    def _is_cheap(self, known: Record | Reason | None, key: Key) -> bool:
        if known is None:
            return False
        return isinstance(known, Reason) or self._verifier.is_cheap(
            known.digest, key.text
        )
