"""CloudWatch's JSON filter patterns over log lines, as far as the template's go."""

from __future__ import annotations

import json
import re
from typing import Any

_COMPARISON = re.compile(r'\$\.([\w.]+) (=|!=) "([^"]*)"')
_IS_TRUE = re.compile(r"\$\.([\w.]+) IS TRUE")


def matches(pattern: str, line: str) -> bool:
    """Return whether a line is one that a metric filter counts.

    Raises:
        ValueError: the pattern has something that is not known here.
    """
    try:
        document = json.loads(line)
    except ValueError:
        return False
    body = " ".join(pattern.split()).removeprefix("{").removesuffix("}").strip()
    return any(
        all(_holds(part.strip(" ()"), document) for part in alternative.split("&&"))
        for alternative in body.split("||")
    )


def _holds(condition: str, document: Any) -> bool:
    if match := _IS_TRUE.fullmatch(condition):
        return _value(document, match[1]) is True
    match = _COMPARISON.fullmatch(condition)
    if match is None:
        raise ValueError(f"not a condition: {condition}")
    path, operator, wanted = match.groups()
    value = _value(document, path)
    if value is None:
        return False
    is_equal = wanted in {"*", value}
    return is_equal is (operator == "=")


def _value(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document
