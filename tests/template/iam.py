"""Whether a role may do something: identity policies, judged as IAM judges them."""

import re
from typing import Any

from tests.template.rendering import ACCOUNT, REGION, Rendered


def statements(template: Rendered, role: str) -> list[dict[str, Any]]:
    """Return the statements of a role's inline policies."""
    return [
        statement
        for policy in template.properties(role)["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def actions(statement: dict[str, Any]) -> list[str]:
    """Return a statement's actions, which may be written as one or several."""
    return _listed(statement["Action"])


def resources(statement: dict[str, Any]) -> list[str]:
    """Return a statement's resources, which may be written as one or several."""
    return _listed(statement["Resource"])


def may(
    template: Rendered, role: str, action: str, resource: str, **context: str
) -> bool:
    """Return whether a statement of the role allows this; the role has no Deny."""
    return any(
        any(_matches(pattern, action) for pattern in actions(statement))
        and any(_matches(pattern, resource) for pattern in resources(statement))
        and _holds(statement.get("Condition", {}), context)
        for statement in statements(template, role)
    )


def secret(name: str, suffix: str = "-a1B2c3") -> str:
    """Return the ARN of a stored secret of the account."""
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}{suffix}"


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _matches(pattern: str, text: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _holds(condition: dict[str, dict[str, Any]], context: dict[str, str]) -> bool:
    # A request names each of its values here: there is no set that is empty.
    each, like = "ForAllValues:StringEquals", "ForAllValues:StringLike"
    assert condition.keys() <= {"StringEquals", "BoolIfExists", each, like}
    wanted = condition.get("StringEquals", {}) | condition.get(each, {})
    if_exists = condition.get("BoolIfExists", {})
    return (
        all(context.get(_word(key)) in _listed(value) for key, value in wanted.items())
        and all(
            any(_matches(pattern, context[_word(key)]) for pattern in _listed(value))
            for key, value in condition.get(like, {}).items()
        )
        and all(
            context.get(_word(key), value) == value for key, value in if_exists.items()
        )
    )


def _word(key: str) -> str:
    """Turn `kms:ViaService` into the keyword `via_service`."""
    words = re.findall(r"[A-Z]?[a-z]+", key.partition(":")[2])
    return "_".join(words).lower()
