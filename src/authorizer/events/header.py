"""One header of a request, which must have exactly one value."""

from __future__ import annotations

from apikeys.decision import Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from authorizer.events.rest import Request


def single(request: Request, name: str) -> str | Reason:
    """Return a header's value exactly as it came.

    Args:
        request: the request.
        name: the header's name in lower case.

    Returns:
        The text, or ``MISSING``, ``AMBIGUOUS`` (twice, comma-joined, or two readings of
        the headers that disagree) or ``MALFORMED`` (not a text, not printable ASCII).
    """
    values = _named(request.headers, name)
    if len(values) > 1:
        return Reason.AMBIGUOUS
    multi_value_headers = request.multi_value_headers
    if multi_value_headers is not None:
        lists = _named(multi_value_headers, name)
        if lists != ([values] if values else []):
            return Reason.AMBIGUOUS
    value = values[0] if values else ""
    if value == "":
        return Reason.MISSING
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        return Reason.MALFORMED
    if "," in value:
        return Reason.AMBIGUOUS
    return value


def every_text(request: Request, name: str) -> list[str]:
    """Return every value of a header, in both readings of the headers."""
    found: list[object] = []
    for reading in (request.headers, request.multi_value_headers or {}):
        for values in _named(reading, name):
            found += values if isinstance(values, list) else [values]
    return [value for value in found if isinstance(value, str)]


def _named(headers: Mapping[str, object], wanted: str) -> list[object]:
    # The length first, as it is fast; ASCII, as lower() turns the Kelvin sign into a k.
    length = len(wanted)
    return [
        headers[name]
        for name in headers
        if len(name) == length and name.lower() == wanted and name.isascii()
    ]
