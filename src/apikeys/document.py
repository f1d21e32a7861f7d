"""The JSON objects kept in stored secrets, read strictly."""

from __future__ import annotations

import json
import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

type Document = dict[str, object]


def loads(text: str) -> Document:
    """Read one JSON object (RFC 8259) without duplicate names.

    Raises:
        ValueError: not JSON, not an object, NaN or Infinity (1e999 too), a name given
            twice, nested too deep; the message never shows the text.
    """
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise ValueError("not a JSON object whose names are unique") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def dumps(document: Document) -> str:
    """Write a document as compact JSON, field order kept, non-ASCII as it is."""
    return _ENCODER.encode(document)


def are_equal(one: Document, two: Document) -> bool:
    """Return whether two documents are the same JSON, where 1 is not true."""
    first, second = (json.dumps(document, sort_keys=True) for document in (one, two))
    return first == second


def unique(pairs: Iterable[tuple[str, object]]) -> Document:
    """Return an object with these members.

    Raises:
        ValueError: a duplicate name, which is not shown.
    """
    listed = list(pairs)
    document = dict(listed)
    if len(document) != len(listed):
        raise ValueError("a name stands twice")
    return document


def _no_constant(_name: str) -> object:
    raise ValueError


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError
    return number


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(
    object_pairs_hook=unique, parse_constant=_no_constant, parse_float=_finite
)
