"""The ``X-API-Key`` header: exactly one, with exactly one value."""

from __future__ import annotations

from apikeys.decision import Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from authorizer.request import Request

_NAME = "x-api-key"
_LENGTH = len(_NAME)


def presented(request: Request) -> str | Reason:
    """Return the text a client presents as its key, exactly as it came.

    Returns:
        The text, or ``MISSING``, ``AMBIGUOUS`` (twice, comma-joined, or two readings of
        the headers that disagree) or ``MALFORMED`` (no text, not printable ASCII).
    """
    values = _named(request.headers)
    if request.multi_value_headers is not None:
        lists = _named(request.multi_value_headers)
        if lists != [[value] for value in values]:
            return Reason.AMBIGUOUS
    if len(values) > 1:
        return Reason.AMBIGUOUS
    value = values[0] if values else ""
    if value == "":
        return Reason.MISSING
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()):
        return Reason.MALFORMED
    if "," in value:
        return Reason.AMBIGUOUS
    return value


def _named(headers: Mapping[str, object]) -> list[object]:
    # The length first, it is quick; ASCII, as lower() makes a k of the Kelvin sign.
    return [
        value
        for name, value in headers.items()
        if len(name) == _LENGTH and name.lower() == _NAME and name.isascii()
    ]
