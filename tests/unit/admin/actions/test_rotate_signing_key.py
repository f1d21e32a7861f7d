"""The rotation of the signing key, in two calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.signing import SigningKeys
from tests.builders import SIGNING_TEXT, signing_secret
from tests.fakes import SIGNING_NAME

if TYPE_CHECKING:
    from apikeys.key import Key
    from tests.unit.admin.doubles import Admin


def _secret(admin: Admin) -> dict[str, Any]:
    return dict(json.loads(admin.stored(SIGNING_NAME)))


def _verifies(admin: Admin, key: Key) -> bool:
    return key.is_genuine(SigningKeys.parse(admin.stored(SIGNING_NAME)))


def test_a_new_signing_key_is_announced_first(admin: Admin) -> None:
    """It verifies before it signs: no key is refused at any time."""
    admin.overwrite(SIGNING_NAME, signing_secret(SIGNING_TEXT, "o" * 64))
    keys = [admin.issued()[0] for _ in range(2)]
    assert admin("signing.rotate") == {
        "status": 200,
        "phase": "announced",
        "waitSeconds": 30,
        "keys": {"current": 2, "previous": [0, 0], "unknown": 0},
    }
    found = _secret(admin)
    assert found == {
        "current": SIGNING_TEXT,
        "previous": [found["previous"][0], "o" * 64],
        "announced": "2027-01-15T08:00:00",
    }
    assert len(found["previous"][0]) == 64
    assert all(_verifies(admin, key) for key in keys)
    assert _verifies(admin, admin.issued()[0])


def test_an_announced_signing_key_signs_after_the_record_ttl(admin: Admin) -> None:
    """From then on new keys are signed with it, and all old ones still verify."""
    old, _ = admin.issued()
    admin("signing.rotate")
    between, _ = admin.issued()
    announced = _secret(admin)["previous"][0]
    admin.now += 30
    answer = admin("signing.rotate")
    new, _ = admin.issued()
    assert answer == {
        "status": 200,
        "phase": "promoted",
        "waitSeconds": 0,
        "keys": {"current": 0, "previous": [2], "unknown": 0},
    }
    assert _secret(admin) == {"current": announced, "previous": [SIGNING_TEXT]}
    assert all(_verifies(admin, key) for key in (old, between, new))
    assert new.is_genuine(SigningKeys(announced.encode()))


def test_promoting_too_early_is_refused(admin: Admin) -> None:
    """409 until every environment has had the time to read it."""
    admin("signing.rotate")
    before = admin.contents()
    admin.now += 29
    answer = admin("signing.rotate")
    assert answer["error"] == {
        "code": "too_early",
        "message": "announced just now; promote in 1 s",
    }
    assert (answer["status"], admin.contents()) == (409, before)


def test_the_count_tells_when_a_signing_key_may_go(admin: Admin) -> None:
    """Live records under each key; revoked and unreadable ones do not count."""
    keys = [admin.issued()[0] for _ in range(4)]
    admin("revoke", keyId=keys[0].key_id)
    admin.overwrite(f"APIKEY_{keys[1].key_id}", "canary")
    unsaid = {k: v for k, v in admin.record(keys[2].key_id).items() if k != "signedBy"}
    admin.overwrite(f"APIKEY_{keys[2].key_id}", json.dumps(unsaid))
    answer = admin("signing.rotate")
    assert answer["keys"] == {"current": 1, "previous": [0], "unknown": 1}


def test_other_fields_of_the_secret_stay(admin: Admin) -> None:
    """Above all ``lookup``, which is never changed."""
    found = json.loads(signing_secret()) | {"lookup": "l" * 43}
    admin.overwrite(SIGNING_NAME, json.dumps(found))
    admin("signing.rotate")
    admin.now += 30
    admin("signing.rotate")
    assert _secret(admin)["lookup"] == "l" * 43


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("canary", "the signing secret is not a JSON object whose names are unique"),
        (
            json.dumps({"current": SIGNING_TEXT, "announced": "canary"}),
            "announced in the signing secret is no timestamp",
        ),
    ],
)
def test_an_unreadable_secret_is_a_misconfiguration(
    admin: Admin, text: str, message: str
) -> None:
    """500 without its content, and nothing is written."""
    admin.overwrite(SIGNING_NAME, text)
    before = admin.contents()
    answer = admin("signing.rotate")
    assert answer["error"] == {"code": "misconfigured", "message": message}
    assert admin.contents() == before


def test_every_page_of_records_is_counted(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are."""
    monkeypatch.setattr("admin.stores.records.MAX_NAMES", 2)
    for _ in range(5):
        admin.issued()
    assert admin("signing.rotate")["keys"]["current"] == 5


def test_a_count_ends_where_aws_takes_no_token_any_more(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rotation itself is done by then."""
    admin.issued()
    monkeypatch.setattr(
        "admin.stores.secrets_manager.SecretStore.names",
        lambda *_arguments, **_options: None,
    )
    answer = admin("signing.rotate")
    assert (answer["phase"], answer["keys"]["current"]) == ("announced", 0)
