"""Every name that is asked of Secrets Manager is one of ours."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from apikeys.errors import FaultError
from apikeys.key import KEY_ID_PATTERN
from apikeys.login import PATTERN as LOGIN_PATTERN
from authorizer import verifier
from authorizer.authorize import Authorizer
from authorizer.settings import Settings
from tests.builders import a_key, at, basic, event_with, signing_secret_with_lookup
from tests.fakes import ROLES_NAME, SIGNING_NAME, FakeReader

_FRAGMENTS = [
    *["arn:aws:secretsmanager:eu-west-1:123456789012:secret:", "APIKEY_", "APIUSER_"],
    *["../", "/", "-AbCdEf", "-", ":", "*", "?", "${x}", "%2F", "\0", "é", "\u212a"],
    *["signing", "APIROLES", "AB12", "aaaaaaaaaaaaaaaaaaaa", a_key().text, "@.+=_"],
]
_texts = (
    st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=3), max_size=6).map("".join)
    | st.text("abcXYZ019/_+=.@-", max_size=40)
    | st.text("abc:-", min_size=1, max_size=270)
)
_NAME = r"[A-Za-z0-9/_+=.@-]{1,512}"


def _asked(headers: dict[str, str], **environ: str) -> list[str]:
    reader = FakeReader()
    reader.values[SIGNING_NAME] = signing_secret_with_lookup()
    settings = Settings({"SIGNING_SECRET": SIGNING_NAME} | environ)
    authorizer = Authorizer(settings, reader)
    # The slow hash is not what is asked here.
    authorizer._verifier = _NoHash()
    try:
        authorizer.authorize(event_with(headers), at())
    except FaultError as error:
        raise AssertionError from error
    return [name for name in reader.reads if name not in {SIGNING_NAME, ROLES_NAME}]


class _NoHash(verifier.Verifier):
    def waste(self, credential: str) -> None:
        pass


@given(_texts, st.sampled_from(["on", "off"]))
def test_every_place_of_a_key_is_within_the_prefix(text: str, tag_check: str) -> None:
    """A key id, or the text itself: a name's characters, and no end like an ARN's."""
    asked = _asked({"X-API-Key": text}, LEGACY_KEYS="ontopop", TAG_CHECK=tag_check)
    assert len(asked) <= 2
    for name in asked:
        assert re.fullmatch(_NAME, name)
        assert not re.search(r"-.{6}$", name)
        rest = name.removeprefix("APIKEY_")
        assert name == f"APIKEY_{rest}"
        assert rest == text or re.fullmatch(KEY_ID_PATTERN, rest)


@given(_texts, st.sampled_from(["off", "imported"]))
def test_no_text_is_part_of_a_name_where_ontopops_own_do_not_count(
    text: str, mode: str
) -> None:
    """A key id alone is."""
    for tag_check in ("on", "off"):
        asked = _asked({"X-API-Key": text}, LEGACY_KEYS=mode, TAG_CHECK=tag_check)
        assert len(asked) <= 1
        assert all(re.fullmatch(f"APIKEY_{KEY_ID_PATTERN}", name) for name in asked)


@given(_texts, st.text(min_size=1, max_size=5))
def test_every_place_of_a_login_is_within_the_prefix(login: str, password: str) -> None:
    """Its login as it was presented, one that may be a name."""
    try:
        value = basic(login, password)
    except UnicodeEncodeError:
        return
    for kinds in ("basic", "api-key,basic"):
        asked = _asked({"Authorization": value}, CREDENTIALS=kinds)
        assert len(asked) <= 1
        for name in asked:
            assert re.fullmatch(f"APIUSER_{LOGIN_PATTERN}", name)
            assert not re.search(r"-.{6}$", name)
            assert name == f"APIUSER_{login.partition(':')[0]}"
