"""The template's parameters, as `make up PARAMS="Name=value …"` gives them."""

import difflib
import shlex
from collections.abc import Iterable

from local.errors import ParameterError


def read(text: str, known: Iterable[str]) -> dict[str, str]:
    """Return the parameters in a text of several ``Name=value``, quoted as in a shell.

    Args:
        text: what was given; empty for no parameters.
        known: the names of the template's parameters.

    Raises:
        ParameterError: it has another form, or names what the template lacks.
    """
    names = sorted(known)
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ParameterError(f"it can't be read ({error})", names) from error
    return dict(_pair(word, names) for word in words)


def _pair(word: str, names: list[str]) -> tuple[str, str]:
    name, separator, value = word.partition("=")
    if not separator:
        raise ParameterError(f"{word!r} is not of the form Name=value", names)
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ParameterError(f"the template has no parameter {name!r}{hint}", names)
    return name, value
