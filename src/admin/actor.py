"""Who says to have invoked the function: a claim for the audit log, not a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_LONGEST = 2_048


def claimed_actor(context: LambdaContext) -> str | None:
    """Return the ``actor`` of the invocation's client context, if it is a fit one.

    Lambda does not tell who invoked it; CloudTrail's data events do, and prove it. What
    does not fit into one line of a log is no claim.
    """
    client_context = getattr(context, "client_context", None)
    custom = getattr(client_context, "custom", None)
    actor = custom.get("actor") if isinstance(custom, dict) else None
    if isinstance(actor, str) and len(actor) <= _LONGEST and actor.isprintable():
        return actor or None
    return None
