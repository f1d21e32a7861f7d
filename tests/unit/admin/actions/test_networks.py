"""The networks that a record's client calls from, through every action on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.record import Record
from tests.builders import foreign_key
from tests.fakes import ROLES_NAME

if TYPE_CHECKING:
    from apikeys.key import Key
    from tests.unit.admin.doubles import Admin

_NETWORKS = ["203.0.113.0/24", "2001:db8::/32"]
_TWENTY = [f"2001:db8:{number:x}:ffff:ffff:ffff:ffff:0/112" for number in range(1, 21)]


def _bound(admin: Admin, **fields: object) -> tuple[Key, dict[str, Any]]:
    return admin.issued(roles=["READER"], allowedCidrs=_NETWORKS, **fields)


def test_a_key_is_issued_with_networks(admin: Admin) -> None:
    """As given, in a record that an older authorizer refuses, and shown."""
    key, answer = _bound(admin)
    stored = admin.record(key.key_id)
    assert (stored["schemaVersion"], stored["allowedCidrs"]) == (2, _NETWORKS)
    assert answer["record"]["allowedCidrs"] == _NETWORKS
    assert admin("get", keyId=key.key_id)["record"]["allowedCidrs"] == _NETWORKS
    (listed,) = admin("list")["records"]
    assert (listed["keyId"], listed["allowedCidrs"]) == (key.key_id, _NETWORKS)


@pytest.mark.parametrize(
    "value", [[], "10.0.0.0/8", ["10.0.0.1/8"], [5], ["10.0.0.0/8", "canary"], {}]
)
def test_what_is_not_a_list_of_networks_is_refused(admin: Admin, value: object) -> None:
    """400, nothing is written, and the text is not shown."""
    answer = admin("issue", client="Acme", allowedCidrs=value)
    assert answer["status"] == 400
    assert answer["error"]["field"].startswith("allowedCidrs")
    assert "canary" not in json.dumps(answer)
    assert admin("issue", client="Acme", allowedCidrs=_TWENTY * 2)["status"] == 400
    assert admin("list")["records"] == []


def test_update_sets_and_takes_away(admin: Admin) -> None:
    """The version of the record goes with them."""
    key, _ = admin.issued(roles=["READER"])
    before = admin.record(key.key_id)
    assert before["schemaVersion"] == 1
    answer = admin("update", keyId=key.key_id, allowedCidrs=_NETWORKS)
    assert answer["record"]["allowedCidrs"] == _NETWORKS
    assert admin.record(key.key_id)["schemaVersion"] == 2
    assert admin("update", keyId=key.key_id, name="x")["status"] == 200
    assert admin.record(key.key_id)["allowedCidrs"] == _NETWORKS
    assert admin("update", keyId=key.key_id, allowedCidrs=None)["status"] == 200
    assert admin.record(key.key_id) == before | {"name": "x"}


def test_a_sister_and_a_clone_have_the_model_s(admin: Admin) -> None:
    """A rotated key is not to be used from more places."""
    key, _ = _bound(admin)
    sister = admin("rotate", keyId=key.key_id)["record"]["keyId"]
    clone = admin("clone", keyId=sister)["record"]["keyId"]
    other = admin("clone", keyId=sister, allowedCidrs=["10.0.0.0/8"])["record"]["keyId"]
    for key_id in (key.key_id, sister, clone):
        record = admin.record(key_id)
        assert (record["schemaVersion"], record["allowedCidrs"]) == (2, _NETWORKS)
    assert admin.record(other)["allowedCidrs"] == ["10.0.0.0/8"]


def test_an_account_and_an_imported_key_have_theirs(admin: Admin) -> None:
    """Through a rotation and a repeat as well."""
    fields = {"client": "Acme", "allowedCidrs": _NETWORKS}
    account = admin("issue", login="webservice", **fields)
    assert account["record"]["allowedCidrs"] == _NETWORKS
    assert admin("rotate", login="webservice")["record"]["allowedCidrs"] == _NETWORKS
    imported = admin("import", key=foreign_key(), **fields)
    assert imported["record"]["allowedCidrs"] == _NETWORKS
    assert admin("import", key=foreign_key(), **fields)["repeated"]
    assert admin("import", key=foreign_key(), client="Acme")["status"] == 409


def test_a_repeat_with_other_networks_is_another_request(admin: Admin) -> None:
    """409, though all else is the same."""
    token = "t" * 32
    first = admin("issue", client="Acme", requestToken=token, allowedCidrs=_NETWORKS)
    again = admin("issue", client="Acme", requestToken=token, allowedCidrs=_NETWORKS)
    assert again["record"]["keyId"] == first["record"]["keyId"]
    assert admin.record(first["record"]["keyId"])["schemaVersion"] == 2
    for fields in ({}, {"allowedCidrs": _NETWORKS[:1]}):
        answer = admin("issue", client="Acme", requestToken=token, **fields)
        assert answer["status"] == 409


def test_networks_that_make_the_policy_too_long_are_refused(admin: Admin) -> None:
    """With the bytes that it would have, at issue and at update alike."""
    routes = [f"GET /{'r' * 40}/{number:03}" for number in range(56)]
    admin("roles.put", roleMap={"roles": {"WIDE": {"allow": routes}}})
    key, _ = admin.issued(roles=["WIDE"])
    for answer in (
        admin("issue", client="Acme", roles=["WIDE"], allowedCidrs=_TWENTY),
        admin("update", keyId=key.key_id, allowedCidrs=_TWENTY),
        admin("update", keyId=key.key_id, allowedCidrs=_TWENTY, roles=["WIDE"]),
    ):
        assert answer["status"] == 400
        assert answer["error"]["field"] == "allowedCidrs"
        assert "at most 8192 fit" in answer["error"]["message"]
    assert admin.record(key.key_id)["schemaVersion"] == 1
    assert admin("update", keyId=key.key_id, allowedCidrs=_NETWORKS)["status"] == 200


def test_a_long_answer_is_warned_of_with_its_networks(admin: Admin) -> None:
    """Policy and context together, as the authorizer would send them."""
    routes = [f"GET /{'r' * 40}/{number:03}" for number in range(50)]
    admin("roles.put", roleMap={"roles": {"WIDE": {"allow": routes}}})
    key, answer = admin.issued(roles=["WIDE"], name="n" * 256, client="c" * 256)
    assert "findings" not in answer
    answer = admin("update", keyId=key.key_id, allowedCidrs=_TWENTY)
    assert answer["status"] == 200
    assert "the authorizer answers with up to" in answer["findings"][0]["message"]


def test_without_a_role_map_networks_are_stored_unsized(admin: Admin) -> None:
    """There is no policy yet that they could make too long."""
    admin.secrets.delete_secret(SecretId=ROLES_NAME, ForceDeleteWithoutRecovery=True)
    key, _ = admin.issued()
    answer = admin("update", keyId=key.key_id, allowedCidrs=_NETWORKS)
    assert (answer["status"], answer["record"]["allowedCidrs"]) == (200, _NETWORKS)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (None, ("allow", "granted")),
        ("203.0.113.7", ("allow", "granted")),
        ("2001:db8::7", ("allow", "granted")),
        ("203.0.114.7", ("refuse", "address")),
        ("::ffff:203.0.113.7", ("refuse", "address")),
    ],
)
def test_verify_says_what_becomes_of_a_call_from_an_address(
    admin: Admin, address: str | None, expected: tuple[str, str]
) -> None:
    """Of a record that names networks; elsewhere every address is right."""
    key, _ = _bound(admin)
    other, _ = admin.issued(roles=["READER"])
    asked = {} if address is None else {"from": address}
    answer = admin("verify", credential=key.text, **asked)
    assert (answer["decision"], answer["reason"]) == expected
    assert answer["record"]["allowedCidrs"] == _NETWORKS
    assert admin("verify", credential=other.text, **asked)["decision"] == "allow"


def test_verify_asks_for_the_address_last(admin: Admin) -> None:
    """As the authorizer does; and it takes nothing but an address."""
    key, _ = _bound(admin)
    for value in ("203.0.113.0/24", "canary", "", 5):
        answer = admin("verify", credential=key.text, **{"from": value})
        assert (answer["status"], answer["error"]["field"]) == (400, "from")
    admin("disable", keyId=key.key_id)
    answer = admin("verify", credential=key.text, **{"from": "198.51.100.1"})
    assert answer["reason"] == "disabled"


def test_what_is_stored_is_what_the_authorizer_reads(admin: Admin) -> None:
    """The record goes from one function to the other as text."""
    key, _ = _bound(admin)
    text = admin.stored(f"APIKEY_{key.key_id}")
    assert Record.parse(text, key_id=key.key_id).networks == tuple(_NETWORKS)
