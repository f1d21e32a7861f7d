"""The rotation of the signing key, in two calls, and its retirement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from admin.actions import rotate_signing_key
from admin.stores.signing_secret import fingerprint
from apikeys.signing import SigningKeys
from tests.builders import SIGNING_TEXT, signing_secret
from tests.fakes import SIGNING_NAME
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from apikeys.key import Key


def _secret(admin: Admin) -> dict[str, Any]:
    return dict(json.loads(admin.stored(SIGNING_NAME)))


def _fingerprints(admin: Admin) -> dict[str, Any]:
    found = _secret(admin)
    previous = [fingerprint(key.encode()) for key in found["previous"]]
    return {"current": fingerprint(found["current"].encode()), "previous": previous}


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
        "keys": {"current": 2, "previous": [0, 0], "imported": 0, "unknown": 0},
        "fingerprints": _fingerprints(admin),
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
        "keys": {"current": 0, "previous": [2], "imported": 0, "unknown": 0},
        "fingerprints": _fingerprints(admin),
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
    """Live records under each key; revoked and unreadable ones do not count.

    Imported ones are counted apart: no signing key signed them.
    """
    keys = [admin.issued()[0] for _ in range(4)]
    admin("revoke", keyId=keys[0].key_id)
    admin.overwrite(f"APIKEY_{keys[1].key_id}", "canary")
    unsaid = {k: v for k, v in admin.record(keys[2].key_id).items() if k != "signedBy"}
    admin.overwrite(f"APIKEY_{keys[2].key_id}", json.dumps(unsaid))
    admin("issue", client="Acme", login="olga")
    admin("import", key="ABCDEFGHIJKLMNOP12356789", client="Acme")
    admin("import", key="ABCDEFGHIJKLMNOP12356788", client="Acme")
    answer = admin("signing.rotate")
    assert answer["keys"] == {
        "current": 1,
        "previous": [0],
        "imported": 2,
        "unknown": 1,
    }


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
            "announced in the signing secret is not a timestamp",
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


@pytest.mark.parametrize(("ttl", "wait"), [("0", 1), ("1", 1), ("30", 30)])
def test_the_wait_is_what_the_authorizer_needs_to_read_it(
    admin: Admin, ttl: str, wait: int
) -> None:
    """It reads its own secrets once a second at most, whatever the record TTL is."""
    del admin
    admin = Admin(RECORD_TTL_SECONDS=ttl)
    assert admin("signing.rotate")["waitSeconds"] == wait
    admin.now += wait - 1
    assert admin("signing.rotate")["error"]["code"] == "too_early"
    admin.now += 1
    assert admin("signing.rotate")["phase"] == "promoted"


def _sum(admin: Admin, answer: dict[str, Any], **asked: object) -> tuple[int, int]:
    """Return how many keys are under the current one, and in how many answers."""
    total, calls = answer["keys"]["current"], 1
    while (token := answer.get("nextToken")) is not None:
        answer = admin(nextToken=token, **asked)
        assert (answer["status"], answer["phase"]) == (200, "counted")
        total, calls = total + answer["keys"]["current"], calls + 1
    return total, calls


def test_every_page_of_records_is_counted_in_answers_of_a_few(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that 20,000 keys take many answers, and none of them too long."""
    monkeypatch.setattr(rotate_signing_key, "MAX_NAMES", 2)
    monkeypatch.setattr(rotate_signing_key, "_MOST_PAGES", 2)
    for _ in range(9):
        admin.issued()
    answer = admin("signing.rotate")
    written = _secret(admin)
    assert _sum(admin, answer, action="signing.rotate") == (9, 3)
    assert _secret(admin) == written


@pytest.mark.only_in("secretsmanager")
def test_the_rotation_is_written_before_anything_is_counted(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A count that fails says so nowhere but in its absence; it can be asked for."""
    admin.issued()
    listed = admin.secrets.list_secrets

    def fail(**_arguments: object) -> None:
        # The function may be out of time from here on.
        assert "announced" in _secret(admin)
        answer: Any = {"Error": {"Code": "ThrottlingException", "Message": "canary"}}
        raise admin.secrets.exceptions.ClientError(answer, "ListSecrets")

    monkeypatch.setattr(admin.secrets, "list_secrets", fail)
    answer = admin("signing.rotate")
    assert (answer["status"], answer["phase"]) == (200, "announced")
    assert "announced" in _secret(admin)
    assert "keys" not in answer
    monkeypatch.setattr(admin.secrets, "list_secrets", listed)
    counted = admin("signing.rotate", nextToken=answer["nextToken"])
    assert (counted["phase"], counted["keys"]["current"]) == ("counted", 1)


@pytest.mark.only_in("secretsmanager")
def test_a_count_is_refused_where_aws_takes_no_token_any_more(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400: it starts again; half a count would be a wrong one."""
    monkeypatch.setattr(rotate_signing_key, "MAX_NAMES", 1)
    monkeypatch.setattr(rotate_signing_key, "_MOST_PAGES", 1)
    for _ in range(2):
        admin.issued()
    token = admin("signing.rotate")["nextToken"]
    monkeypatch.setattr(
        "admin.stores.secrets_manager.SecretStore.names",
        lambda *_arguments, **_options: None,
    )
    answer = admin("signing.rotate", nextToken=token)
    assert answer["error"]["field"] == "nextToken"


def test_a_previous_signing_key_is_retired_by_its_fingerprint(admin: Admin) -> None:
    """What it signed is forged from then on, within the bound that is stated."""
    leaked, kept = "o" * 64, "p" * 64
    found = json.loads(signing_secret(leaked, kept)) | {"lookup": "l" * 43}
    admin.overwrite(SIGNING_NAME, json.dumps(found))
    old, _ = admin.issued()
    admin.overwrite(
        SIGNING_NAME,
        json.dumps(found | {"current": SIGNING_TEXT, "previous": [leaked, kept]}),
    )
    new, _ = admin.issued()
    asked = {"fingerprint": fingerprint(leaked.encode())}
    before = admin.contents()
    counted = admin("signing.retire", **asked, countOnly=True)
    assert (counted["phase"], counted["keys"]["previous"]) == ("counted", [1, 0])
    assert admin.contents() == before
    answer = admin("signing.retire", **asked)
    assert answer == {
        "status": 200,
        "phase": "retired",
        "keys": {"current": 1, "previous": [0], "imported": 0, "unknown": 1},
        "fingerprints": _fingerprints(admin),
        "effectiveWithinSeconds": 60,
        "recordTtlSeconds": 30,
    }
    assert _secret(admin) == {
        "current": SIGNING_TEXT,
        "previous": [kept],
        "lookup": "l" * 43,
    }
    assert (_verifies(admin, old), _verifies(admin, new)) == (False, True)
    assert admin("verify", credential=old.text)["reason"] == "forged"


def test_the_signing_key_in_use_is_not_retired(admin: Admin) -> None:
    """Nor one that there is not: 400 with those that there are."""
    admin.overwrite(SIGNING_NAME, signing_secret(SIGNING_TEXT, "o" * 64))
    before = admin.contents()
    known = fingerprint(b"o" * 64)
    messages = {
        fingerprint(
            SIGNING_TEXT.encode()
        ): "is the current signing key's; rotate first",
        "0" * 16: f"is not a previous key's: {known}",
    }
    for name, message in messages.items():
        for more in ({}, {"countOnly": True}):
            error = admin("signing.retire", fingerprint=name, **more)["error"]
            assert error["message"] == f"fingerprint: {message}"
    assert admin.contents() == before


def test_an_announced_signing_key_is_retired_with_its_announcement(
    admin: Admin,
) -> None:
    """It never signs; the next rotation announces another."""
    admin("signing.rotate")
    announced = _secret(admin)["previous"][0]
    answer = admin("signing.retire", fingerprint=fingerprint(announced.encode()))
    assert answer["phase"] == "retired"
    assert _secret(admin) == {"current": SIGNING_TEXT, "previous": []}
    admin.now += 30
    assert admin("signing.rotate")["phase"] == "announced"


def test_retiring_an_older_signing_key_leaves_an_announcement(admin: Admin) -> None:
    """The one that waits to sign still does."""
    admin.overwrite(SIGNING_NAME, signing_secret(SIGNING_TEXT, "o" * 64))
    admin("signing.rotate")
    admin("signing.retire", fingerprint=fingerprint(b"o" * 64))
    admin.now += 30
    assert admin("signing.rotate")["phase"] == "promoted"
