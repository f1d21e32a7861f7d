"""Basic accounts: logins, and passwords as they are compared."""

from __future__ import annotations

from apikeys.text import ALPHANUMERIC, consists_of

PATTERN = "[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}"
MAX_LENGTH = 128
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
# Secrets Manager appends a hyphen and six characters to the name in an ARN.
_SUFFIX = 7


def is_login(text: str) -> bool:
    """Return whether a text is a login that can be part of a secret's name."""
    return (
        1 <= len(text) <= MAX_LENGTH
        and text[0] in ALPHANUMERIC
        and consists_of(text, f"{ALPHANUMERIC}._@+-")
        and text[-_SUFFIX : -_SUFFIX + 1] != "-"
    )


def check_password(text: str) -> str:
    """Return a password as it is hashed, if a Basic header can carry it.

    Raises:
        ValueError: too short, too long, or with control characters; the message never
            shows it.
    """
    # A character has at most four parts; normalizing a million takes minutes.
    password = normalise_password(text[: 4 * LONGEST_PASSWORD + 1])
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ValueError(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        )
    if has_control_characters(password):
        raise ValueError("a password has no control characters")
    return password


def has_control_characters(password: str) -> bool:
    """Return whether a password has what RFC 7617 section 2 or UTF-8 forbids."""
    return not password.isprintable() and any(
        c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in password
    )


def normalise_password(text: str) -> str:
    """Return a password as it is hashed: in NFC, the same from every keyboard.

    RFC 7617 section 2.1 leaves that to the server.
    """
    if text.isascii():
        return text
    from unicodedata import normalize  # noqa: PLC0415 - few passwords need it

    return normalize("NFC", text)
