"""``revoke`` of a key that was found: its text proves it, its id does not."""

from __future__ import annotations

import json

import pytest

from apikeys.key import mint
from apikeys.signing import SigningKeys
from tests.builders import SIGNING_KEYS, entropy, foreign_key, forged, ontopop_text
from tests.unit.admin.doubles import Admin

_FOREIGN = foreign_key()


def _state(admin: Admin, key_id: str) -> str:
    return str(admin("get", keyId=key_id)["record"]["state"])


def test_the_true_key_is_revoked(admin: Admin) -> None:
    """Only by its text; a second time it is still revoked."""
    key, _ = admin.issued()
    for _ in range(2):
        answer = admin("revoke", credential=key.text)
        assert answer["record"]["keyId"] == key.key_id
        assert answer["record"]["state"] == "revoked"
        assert answer["effectiveWithinSeconds"] == 60
    assert admin.audit["key_id"] == key.key_id
    assert key.text not in json.dumps(admin.audit)


def test_a_key_that_somebody_made_up_ends_nothing(admin: Admin) -> None:
    """It has a live key's id, and another secret or tag; even a tag of a leaked key."""
    key, _ = admin.issued()
    other = SigningKeys(entropy("another signing key")(32).hex().encode())
    for made_up in (
        forged(key),
        mint("ak", key.key_id, other, entropy("made up")).text,
        # Whoever holds the signing key makes tags, not digests.
        mint("ak", key.key_id, SIGNING_KEYS, entropy("made up")).text,
        f"ak_{key.key_id}_" + "0" * 65,
        key.key_id,
        "x" * 30,
    ):
        answer = admin("revoke", credential=made_up)
        assert (answer["status"], answer["error"]["code"]) == (404, "key_not_found")
        assert made_up[-20:] not in json.dumps(answer)
        assert _state(admin, key.key_id) == "active"


def test_without_the_check_of_tags_the_digest_decides(admin: Admin) -> None:
    """As the authorizer does while the signing secret is lost."""
    key, _ = admin.issued()
    unchecked = Admin(TAG_CHECK="off")
    assert unchecked("revoke", credential=forged(key))["status"] == 404
    assert _state(admin, key.key_id) == "active"
    assert unchecked("revoke", credential=key.text)["status"] == 200


def test_an_imported_key_is_revoked_by_its_text(admin: Admin) -> None:
    """Another of the same shape ends nothing."""
    issued = admin("import", key=_FOREIGN, client="Acme")
    key_id = issued["record"]["keyId"]
    assert admin("revoke", credential=f"{_FOREIGN}x")["status"] == 404
    assert Admin(LEGACY_KEYS="off")("revoke", credential=_FOREIGN)["status"] == 404
    assert _state(admin, key_id) == "active"
    assert admin("revoke", credential=_FOREIGN)["record"]["keyId"] == key_id
    assert _state(admin, key_id) == "revoked"


@pytest.mark.only_in("secretsmanager")
def test_a_record_of_ontopops_own_is_revoked_by_its_key(admin: Admin) -> None:
    """Its name is the key: who has it, has it whole."""
    ontopop = Admin(LEGACY_KEYS="ontopop")
    admin.secrets.create_secret(
        Name=f"APIKEY_{_FOREIGN}", SecretString=ontopop_text(_FOREIGN)
    )
    assert ontopop("revoke", credential=f"{_FOREIGN}x")["status"] == 404
    assert admin.stored(f"APIKEY_{_FOREIGN}")
    assert ontopop("revoke", credential=_FOREIGN)["status"] == 200
    assert ontopop("verify", credential=_FOREIGN)["decision"] == "refuse"


@pytest.mark.parametrize(
    "text",
    [
        "not a record",
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAB$" + "A" * 43,
    ],
)
def test_a_record_that_can_not_be_compared_is_revoked_by_its_id(
    admin: Admin, text: str
) -> None:
    """Whether the key is its own, nobody can tell."""
    key, _ = admin.issued()
    name = f"APIKEY_{key.key_id}"
    if text.startswith("$"):
        text = json.dumps(admin.record(key.key_id) | {"digest": text})
    admin.overwrite(name, text)
    answer = admin("revoke", credential=key.text)
    assert answer["error"]["code"] == "record_corrupt"
    assert admin.stored(name) == text
    assert admin("revoke", keyId=key.key_id)["status"] == 200


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"keyId": "0" * 16, "credential": "x" * 30},
        {"login": "olga", "credential": "x" * 30},
        {"credential": ""},
    ],
)
def test_one_name_is_given(admin: Admin, fields: dict[str, str]) -> None:
    """An id, a login or the key itself."""
    assert admin("revoke", **fields)["status"] == 400
