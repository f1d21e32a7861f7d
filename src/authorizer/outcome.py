"""What became of one request, filled in as it is learned."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document


class Outcome:
    """The answer, and what the operator's log says of it.

    Attributes:
        answer: what API Gateway gets; None stands for 401.
        outcome: ``allow``, ``refuse`` or ``fault``.
        reason: the operator's word for why.
        key_id: of a key, and …
        login: … of a Basic account; either one only once a tag or a record vouches for
            it, so that nothing a stranger typed gets into a log.
        cached: whether the record came without a read; None where none was needed.
    """

    __slots__ = (
        "answer",
        "api",
        "cached",
        "key_id",
        "login",
        "outcome",
        "reason",
        "stage",
    )

    def __init__(self) -> None:
        self.answer: Document | None = None
        self.outcome = "refuse"
        self.reason = ""
        self.key_id: str | None = None
        self.login: str | None = None
        self.api: str | None = None
        self.stage: str | None = None
        self.cached: bool | None = None
