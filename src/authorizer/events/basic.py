"""The ``Authorization`` header with the Basic scheme (RFC 7617)."""

from __future__ import annotations

from binascii import Error, a2b_base64, b2a_base64

from apikeys.decision import Reason
from apikeys.login import has_control_characters, is_login, normalise_password
from authorizer.events.header import every_text, single

TYPE_CHECKING = False
if TYPE_CHECKING:
    from authorizer.events.rest import Request

_SCHEME = "basic"
# The longest login and password in base64, with some room: a character may have nine
# bytes if it is decomposed, as some keyboards write it.
_LONGEST = 2_048


def has_basic_scheme(request: Request) -> bool:
    """Return whether the request presents a login, well-formed or not.

    It may be in any reading of the header and any part of a joined one: other schemes
    use commas themselves.
    """
    return any(
        part.lower().split(maxsplit=1)[:1] == [_SCHEME]
        for text in every_text(request, "authorization")
        for part in text.split(",")
    )


def presented(request: Request) -> tuple[str, str] | Reason:
    """Return the login and the password that a request presents.

    Returns:
        Both texts, or ``MISSING``, ``AMBIGUOUS`` or ``MALFORMED``: another scheme, not
        canonical base64, not UTF-8, no colon, control characters, not a login.
    """
    value = single(request, "authorization")
    if isinstance(value, Reason):
        return value
    scheme, _, token = value.partition(" ")
    if len(value) > _LONGEST or scheme.lower() != _SCHEME:
        return Reason.MALFORMED
    # One or more spaces: RFC 9110, section 11.4.
    login, _, password = _decoded(token.lstrip(" ")).partition(":")
    # Without a colon there is no password either.
    if not password or not is_login(login):
        return Reason.MALFORMED
    if has_control_characters(password):
        return Reason.MALFORMED
    return login, normalise_password(password)


def _decoded(token: str) -> str:
    """Return a token's decoded bytes, empty if it is not canonical base64."""
    try:
        decoded = a2b_base64(token, strict_mode=True)
        # Unused bits at the end would give one credential many spellings.
        if b2a_base64(decoded, newline=False).decode() != token:
            return ""
        return decoded.decode("utf-8")
    except (Error, UnicodeDecodeError):
        return ""
