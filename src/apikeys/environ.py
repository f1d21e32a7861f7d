"""Checked values of environment variables; a bad one fails at start-up."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_DIGITS = 6
# Secrets Manager ends ARNs with a hyphen and this many characters.
_SUFFIX_WIDTH = 6


def whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return a variable as a whole number.

    Raises:
        ValueError: it is not one from 0 to 999999; names the variable.
    """
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ValueError(f"{name} is not a whole number from 0 to 999999")
    return int(text)


def whole_numbers(environ: Mapping[str, str], name: str) -> tuple[int, ...]:
    """Return a variable's comma-separated whole numbers; none by default.

    Raises:
        ValueError: as ``whole_number``.
    """
    texts = environ.get(name, "").split(",")
    if texts == [""]:
        return ()
    return tuple(whole_number({name: text}, name, 0) for text in texts)


def choice(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """Return a variable with one of these values, the first by default.

    Raises:
        ValueError: it has another value; names the variable and what is allowed.
    """
    value = environ.get(name, allowed[0])
    if value not in allowed:
        raise ValueError(f"{name} is not one of: {', '.join(allowed)}")
    return value


def required(environ: Mapping[str, str], name: str) -> str:
    """Return a variable that has no default.

    Raises:
        ValueError: it is missing or empty; names the variable.
    """
    value = environ.get(name, "")
    if not value:
        raise ValueError(f"{name} is missing")
    return value


def check_names(keys: str, accounts: str, roles: str, signing: str) -> None:
    """Refuse names that could be confused with one another.

    Args:
        keys: what the names of keys' records begin with.
        accounts: what those of accounts' records begin with.
        roles: the role map's name.
        signing: the signing secret's name.

    Raises:
        ValueError: a record could overwrite the role map or the signing secret, be
            another kind's, or have a name that Secrets Manager takes for an ARN's end.
    """
    keys_named, accounts_named = "SECRET_NAME_PREFIX", "LOGIN_NAME_PREFIX"
    for prefix, named in ((keys, keys_named), (accounts, accounts_named)):
        for name, variable in ((roles, "ROLES_SECRET"), (signing, "SIGNING_SECRET")):
            if name.startswith(prefix):
                raise ValueError(f"{variable} begins with {named}, as records do")
    if roles == signing:
        raise ValueError("ROLES_SECRET is SIGNING_SECRET")
    if keys.startswith(accounts) or accounts.startswith(keys):
        raise ValueError(f"{accounts_named} and {keys_named} begin alike")
    if "-" in accounts[-_SUFFIX_WIDTH:]:
        raise ValueError(
            f"{accounts_named} has a hyphen among its last {_SUFFIX_WIDTH} characters"
        )
