"""The session that a credential may open on a back end (HOPEX)."""

from __future__ import annotations

from apikeys.text import check_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document

REQUIRED = ("environment", "repository", "profile")
MODES = {
    "sessionMode": ("MULTI", "SINGLE"),
    "connectionMode": ("READ_WRITE", "READ_ONLY"),
}
OPTIONAL = ("login", "dataLanguage", "guiLanguage")
SETTINGS = (*REQUIRED, *OPTIONAL, *MODES)


def is_read_only(session: object) -> bool:
    """Return whether a session, None for none, opens only reading routes."""
    return isinstance(session, dict) and session.get("connectionMode") == "READ_ONLY"


def check_session(session: object) -> Document:
    """Return the session's settings once they are known to be complete.

    Raises:
        ValueError: not an object, required settings missing (all are named), an
            unknown mode or an unreadable text; begins with the settings' names.
    """
    if not isinstance(session, dict):
        raise ValueError("session is not an object")
    missing = [name for name in REQUIRED if session.get(name) in (None, "")]
    if missing:
        settings = ", ".join(f"session.{name}" for name in missing)
        raise ValueError(f"{settings}: missing")
    for name in (*REQUIRED, *OPTIONAL):
        if session.get(name) is not None:
            check_text(session[name], f"session.{name}")
    for name, allowed in MODES.items():
        if session.get(name, allowed[0]) not in allowed:
            raise ValueError(f"session.{name} is not one of {', '.join(allowed)}")
    return session
