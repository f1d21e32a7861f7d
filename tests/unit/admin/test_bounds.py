"""Where the admin function stops, and what it says then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from admin.actions import list_records
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from apikeys.key import Key


def test_a_life_of_no_day_fails_at_start_up() -> None:
    """Such a default would issue dead keys."""
    with pytest.raises(ValueError, match=r"^DEFAULT_LIFETIME_DAYS "):
        Admin(DEFAULT_LIFETIME_DAYS="0")


def test_the_default_is_cut_to_the_maximum(admin: Admin) -> None:
    """Nobody who asks for nothing is told that it is too much."""
    del admin
    _, answer = Admin(MAX_LIFETIME_DAYS="30").issued()
    assert answer["record"]["expiresInDays"] == 30


@pytest.mark.only_in("secretsmanager")
def test_a_rare_match_ends_with_a_token_to_go_on_from(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call looks at a bounded number of pages; the token leads through all."""
    monkeypatch.setattr(list_records, "_MOST_PAGES", 2)
    keys: list[Key] = [admin.issued(client="Many")[0] for _ in range(5)]
    wanted = admin.issued(client="Rare")[0].key_id
    found, token, calls = [], None, 0
    while token is not None or calls == 0:
        page = {} if token is None else {"nextToken": token}
        answer = admin("list", client="Rare", limit=1, **page)
        found += [record["keyId"] for record in answer["records"]]
        token, calls = answer.get("nextToken"), calls + 1
    assert (found, len(keys), calls > 1) == ([wanted], 5, True)


@pytest.mark.parametrize("action", ["rotate", "clone"])
def test_a_record_that_does_not_say_when_it_was_issued_is_corrupt(
    admin: Admin, action: str
) -> None:
    """Its length of life can't be known; 409, not a fault."""
    key, _ = admin.issued()
    record = admin.record(key.key_id)
    del record["issueDate"]
    admin.overwrite(f"APIKEY_{key.key_id}", json.dumps(record))
    answer = admin(action, keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "record_corrupt")


@pytest.mark.parametrize("action", ["roles.check", "roles.put"])
def test_a_role_map_too_long_to_store_is_refused_before_it_is_compared(
    admin: Admin, action: str
) -> None:
    """Comparing takes time with the square of its length."""
    routes = [f"GET /{number:05}" for number in range(6_000)]
    answer = admin(action, roleMap={"roles": {"READER": {"allow": routes}}})
    assert (answer["status"], answer["error"]["field"]) == (400, "roleMap")


def test_an_unreachable_api_gateway_is_503(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no record is written."""

    def unreachable(**_: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="x")

    monkeypatch.setattr(admin.gateway, "create_api_key", unreachable)
    answer = admin("issue", client="Acme", usagePlanId="gold")
    assert (answer["status"], answer["error"]["code"]) == (503, "gateway_unavailable")
    assert admin("list")["records"] == []


@pytest.mark.only_in("secretsmanager")
def test_an_ontopop_record_is_found_among_many(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past records of ours and names that are not keys, on whatever page it is."""
    monkeypatch.setattr("admin.stores.ontopop.MAX_NAMES", 1)
    del admin
    ontopop = Admin(LEGACY_KEYS="ontopop")
    key = "ABCDEFGHIJKLMNOP" + "12356789"
    record = {
        "key": key,
        "issueDate": "2022-03-01T10:32:19",
        "expirationDate": None,
        "client": "Test App",
        "enabled": True,
    }
    for name, text in ((key, json.dumps(record)), ("other" * 5, "{}")):
        ontopop.secrets.create_secret(Name=f"APIKEY_{name}", SecretString=text)
    ontopop.issued()
    key_id = ontopop("verify", credential=key)["record"]["keyId"]
    assert ontopop("revoke", keyId="0" * 16)["error"]["code"] == "key_not_found"
    assert ontopop("revoke", keyId=key_id)["status"] == 200
    assert ontopop("verify", credential=key)["reason"] == "revoked"


@pytest.mark.only_in("secretsmanager")
def test_a_list_of_names_that_breaks_off_is_no_answer(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503: OntoPop's own record may be on the page that Secrets Manager gives no more.

    The record here is gone all the same, and a repeat looks for the other again.
    """
    monkeypatch.setattr("admin.stores.ontopop.MAX_NAMES", 1)
    key = "ABCDEFGHIJKLMNOP" + "12356789"
    own = {"Name": f"APIKEY_{key}", "SecretString": json.dumps({"key": key})}
    for number in range(2):
        admin.secrets.create_secret(Name=f"APIKEY_a{number}", SecretString="{}")
    key_id = admin("import", key=key, client="Acme")["record"]["keyId"]
    admin.secrets.create_secret(**own)
    list_secrets = admin.secrets.list_secrets

    def expired(**request: Any) -> Any:
        if "NextToken" in request:
            error: Any = {"Error": {"Code": "InvalidNextTokenException"}}
            raise admin.secrets.exceptions.InvalidNextTokenException(error, "List")
        return list_secrets(**request)

    with monkeypatch.context() as breaking:
        breaking.setattr(admin.secrets, "list_secrets", expired)
        for revoked in (key_id, "0" * 16):
            error = admin("revoke", keyId=revoked)["error"]
            assert error["code"] == "store_unavailable"
    assert admin("verify", credential=key)["reason"] == "revoked"
    assert admin("revoke", keyId=key_id)["status"] == 200
    with pytest.raises(admin.secrets.exceptions.InvalidRequestException):
        admin.stored(own["Name"])
