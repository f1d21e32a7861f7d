"""One request's way from the event to the answer: parse, find, decide, grant."""

from __future__ import annotations

from apikeys import policy
from apikeys.decision import Reason, decide
from apikeys.errors import MalformedKeyError, MisconfiguredError
from apikeys.key import Key
from authorizer import api_key
from authorizer.bucket import Bucket
from authorizer.request import Request
from authorizer.verifier import Verifier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document
    from apikeys.record import Record
    from apikeys.roles import Grant
    from authorizer.moment import Moment
    from authorizer.outcome import Outcome
    from authorizer.settings import Settings
    from authorizer.store import Store


class Authorizer:
    """Judges requests; holds what lives as long as the environment."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._tag_check = settings.tag_check
        self._store = store
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
        outcome.cached = self._store.knows(key.key_id, moment)
        record = self._judged(key, moment)
        if isinstance(record, Reason):
            outcome.reason = record
            return
        grant = self._store.role_map(moment).grant(
            record.roles, read_only=record.is_read_only()
        )
        outcome.answer = policy.answer(record, _policy(record, grant, request))
        if grant.allow:
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
        if self._tag_check and not key.is_genuine(self._store.signing_keys(moment)):
            return Reason.FORGED
        return key

    def _judged(self, key: Key, moment: Moment) -> Record | Reason:
        """Return the record of a key that may pass, or why it may not."""
        # Without the tag's proof anybody could make us read and hash.
        drawn = not self._tag_check and not self._is_cheap(key, moment)
        if drawn:
            self._bucket.draw(moment.started)
        record = self._store.record(key.key_id, moment)
        if isinstance(record, Reason):
            return record
        reason = decide(
            record, key.text, now=moment.now, matches=self._verifier.matches
        )
        if drawn and reason not in (Reason.MISMATCH, Reason.CORRUPT):
            self._bucket.give_back()
        return record if reason is Reason.GRANTED else reason

    def _is_cheap(self, key: Key, moment: Moment) -> bool:
        if not self._store.knows(key.key_id, moment):
            return False
        record = self._store.record(key.key_id, moment)
        return isinstance(record, Reason) or self._verifier.is_cheap(
            record.digest, key.text
        )


def _policy(record: Record, grant: Grant, request: Request) -> Document:
    stage_arn = request.method_arn.stage_arn
    found = policy.policy_document(grant, stage_arn, record.expires_at)
    if policy.size(found) > policy.MAX_BYTES:
        raise MisconfiguredError(
            f"the policy of {record.key_id} is over {policy.MAX_BYTES} bytes"
        )
    return found
