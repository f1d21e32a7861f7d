"""What was decided about a request, and what the operator's log says about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from apikeys.document import Document
    from apikeys.errors import FaultError


class Decision:
    """The answer to a request, and why.

    Attributes:
        verdict: ``allow``, ``refuse`` or ``fault``.
        reason: the operator's word for why.
        answer: what API Gateway gets; None where an exception makes the 401, or a
            fault's 500.
        api: the id of the API, and …
        stage: … its stage, where the event named them.
        key_id: of a key, and …
        login: … of a Basic account; either one only once a tag or a record vouches for
            it, so that nothing a stranger typed gets into a log.
        cached: whether the record came from the cache; None where none was needed.
        shut: which of the routes held a policy that was just compiled does not open.
        said: the parts of a log line that follow from the rest, once a line was
            written.
    """

    __slots__ = (
        "answer",
        "api",
        "cached",
        "key_id",
        "login",
        "reason",
        "said",
        "shut",
        "stage",
        "verdict",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - plain fields, filled for each request
        self,
        verdict: str,
        reason: str,
        api: str | None = None,
        stage: str | None = None,
        key_id: str | None = None,
        login: str | None = None,
        cached: bool | None = None,  # noqa: FBT001 - as above
        answer: Document | None = None,
        shut: tuple[str, ...] = (),
    ) -> None:
        self.verdict = verdict
        self.reason = reason
        self.api = api
        self.stage = stage
        self.key_id = key_id
        self.login = login
        self.cached = cached
        self.answer = answer
        self.shut = shut
        self.said: tuple[str, str] | None = None

    @classmethod
    def of_fault(cls, fault: FaultError) -> Self:
        """Return what is known about a request that could not be judged."""
        return cls(
            "fault",
            fault.reason,
            fault.api,
            fault.stage,
            fault.key_id,
            fault.login,
            fault.cached,
        )
