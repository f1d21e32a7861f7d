"""How IAM judges a policy, as AWS documents it; shares no code with what writes it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

_WILDCARDS = {"*": ".*", "?": "."}


def is_allowed(policy: dict[str, Any], arn: str, now: float) -> bool:
    """Return whether a policy lets somebody invoke a method at a time.

    An explicit Deny wins over every Allow; without an Allow the answer is no. What this
    matcher does not know it refuses to judge.
    """
    assert policy.keys() == {"Version", "Statement"}
    assert policy["Version"] == "2012-10-17"
    effects = {
        statement["Effect"]
        for statement in policy["Statement"]
        if _applies(statement, arn, now)
    }
    assert effects <= {"Allow", "Deny"}
    return effects == {"Allow"}


def matches(pattern: str, text: str) -> bool:
    """Return whether a Resource is of a pattern: ``*`` any run, ``?`` one character."""
    return _expression((pattern,)).fullmatch(text) is not None


@lru_cache(maxsize=1_024)
def _expression(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression for all patterns: a run of millions needs it fast."""
    for pattern in patterns:
        assert "${" not in pattern, "a policy variable"
    alternatives = (
        "".join(_WILDCARDS.get(c) or re.escape(c) for c in pattern)
        for pattern in patterns
    )
    return re.compile("|".join(alternatives), re.DOTALL)


def _applies(statement: dict[str, Any], arn: str, now: float) -> bool:
    assert statement.keys() - {"Condition"} == {"Action", "Effect", "Resource"}
    assert statement["Action"] == "execute-api:Invoke"
    if not _holds(statement.get("Condition"), now):
        return False
    return _expression(tuple(statement["Resource"])).fullmatch(arn) is not None


def _holds(condition: dict[str, Any] | None, now: float) -> bool:
    if condition is None:
        return True
    assert condition.keys() == {"DateLessThan"}
    assert condition["DateLessThan"].keys() == {"aws:CurrentTime"}
    end = datetime.fromisoformat(condition["DateLessThan"]["aws:CurrentTime"])
    assert end.tzinfo is not None
    return now < end.timestamp()
