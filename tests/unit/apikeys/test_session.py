"""The session that a credential may open."""

from __future__ import annotations

import pytest

from apikeys.session import check_session

_WHOLE: dict[str, object] = {
    "login": "mega",
    "environment": "Production",
    "repository": "Main",
    "profile": "Administrator",
    "sessionMode": "MULTI",
    "connectionMode": "READ_ONLY",
    "dataLanguage": "fr",
    "guiLanguage": "en",
}
_LEAST = {name: _WHOLE[name] for name in ("environment", "repository", "profile")}


@pytest.mark.parametrize(
    "session",
    [
        _WHOLE,
        _LEAST,
        _LEAST | {"login": None, "dataLanguage": None},
        _LEAST | {"sessionMode": "SINGLE", "connectionMode": "READ_WRITE"},
        _LEAST | {"unknown": 7},
    ],
)
def test_a_whole_session_is_returned_as_it_is(session: dict[str, object]) -> None:
    """With every setting, with the required ones, with fields unknown here."""
    assert check_session(session) == session


@pytest.mark.parametrize(
    ("session", "message"),
    [
        ("text", "session is not an object"),
        ([], "session is not an object"),
        (
            {"sessionMode": "MULTI"},
            "session.environment, session.repository, session.profile: missing$",
        ),
        (
            {"repository": "Main", "login": "mega"},
            "session.environment, session.profile: missing",
        ),
        (_LEAST | {"environment": ""}, "session.environment: missing"),
        (_LEAST | {"repository": None}, "session.repository: missing"),
        (_LEAST | {"environment": "a" * 257}, "session.environment does not have 1 to"),
        (_LEAST | {"profile": 5}, "session.profile is not a text"),
        (_LEAST | {"login": "a\n"}, "session.login has control characters"),
        (_LEAST | {"guiLanguage": []}, "session.guiLanguage is not a text"),
        (
            _LEAST | {"sessionMode": "multi"},
            "session.sessionMode is not one of MULTI, SINGLE",
        ),
        (_LEAST | {"sessionMode": None}, "session.sessionMode is not one of"),
        (
            _LEAST | {"connectionMode": "READ"},
            "session.connectionMode is not one of READ_WRITE, READ_ONLY",
        ),
        (
            _LEAST | {"connectionMode": ["READ_ONLY"]},
            "session.connectionMode is not one",
        ),
    ],
)
def test_an_unreadable_session_is_refused(session: object, message: str) -> None:
    """The message begins with the setting at fault, or with all that are missing."""
    with pytest.raises(ValueError, match=f"^{message}"):
        check_session(session)
