"""Base62 numbers: ``0-9A-Za-z`` in that order, big-endian, fixed width."""

from apikeys.text import ALPHANUMERIC

_VALUES = {character: value for value, character in enumerate(ALPHANUMERIC)}


def encode(number: int, width: int) -> str:
    """Write ``number`` in exactly ``width`` digits, leading zeros kept.

    Raises:
        OverflowError: ``number`` is negative or needs more digits.
    """
    digits = []
    rest = number
    for _ in range(width):
        rest, value = divmod(rest, 62)
        digits.append(ALPHANUMERIC[value])
    if rest:
        raise OverflowError(f"the number does not fit into {width} base62 digits")
    return "".join(reversed(digits))


def decode(text: str) -> int:
    """Read base62 digits; the inverse of :func:`encode`.

    Raises:
        KeyError: a character is not a base62 digit.
    """
    number = 0
    for character in text:
        number = number * 62 + _VALUES[character]
    return number
