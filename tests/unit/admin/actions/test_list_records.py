"""The records that fit, page by page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.builders import a_key, record_text

if TYPE_CHECKING:
    from tests.unit.admin.doubles import Admin

_DAY = 86_400


def _all(admin: Admin, **fields: object) -> list[dict[str, Any]]:
    """Return the records of all pages."""
    records: list[dict[str, Any]] = []
    token = None
    for _ in range(100):
        answer = admin("list", **fields, **({"nextToken": token} if token else {}))
        assert answer["status"] == 200, answer
        records += answer["records"]
        token = answer.get("nextToken")
        if token is None:
            return records
    raise AssertionError("no end of pages")


def _ids(records: list[dict[str, Any]]) -> set[str]:
    assert len({record["keyId"] for record in records}) == len(records)
    return {record["keyId"] for record in records}


def test_all_records_are_shown_as_get_shows_them(admin: Admin) -> None:
    """None of the role map, the signing secret or anybody else's."""
    admin.secrets.create_secret(Name="other", SecretString="canary")
    keys = [admin.issued(client=f"Client {n}")[0] for n in range(3)]
    answer = admin("list")
    expected = [admin("get", keyId=key.key_id)["record"] for key in keys]
    order = [record["keyId"] for record in answer["records"]]
    assert answer == {"status": 200, "records": answer["records"]}
    assert sorted(answer["records"], key=lambda r: r["client"]) == expected
    assert len(order) == 3


def test_an_account_without_keys_has_none(admin: Admin) -> None:
    """An empty list, no token."""
    assert admin("list") == {"status": 200, "records": []}


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 100])
def test_pages_show_every_record_once(admin: Admin, limit: int) -> None:
    """Never more than ``limit`` at a time."""
    keys = {admin.issued()[0].key_id for _ in range(7)}
    first = admin("list", limit=limit)
    assert len(first["records"]) <= limit
    assert ("nextToken" in first) is (limit < 7)
    assert _ids(_all(admin, limit=limit)) == keys


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"a", "b", "c", "d"}),
        ({"client": "One"}, {"a", "b"}),
        ({"client": "one"}, set()),
        ({"issuer": "Ops"}, {"b"}),
        ({"role": "writer"}, {"b", "c"}),
        ({"client": "One", "role": "WRITER"}, {"b"}),
        ({"state": "active"}, {"a", "d"}),
        ({"state": "disabled"}, {"b"}),
        ({"state": "expired"}, {"c"}),
        ({"state": "revoked"}, {"e"}),
        ({"expiringWithinDays": 0}, set()),
        ({"expiringWithinDays": 9}, {"b"}),
        ({"expiringWithinDays": 10}, {"a", "b"}),
        ({"expiringWithinDays": 36_500}, {"a", "b"}),
    ],
)
def test_the_fields_that_are_given_must_all_fit(
    admin: Admin, fields: dict[str, Any], expected: set[str]
) -> None:
    """Client and issuer exactly, role, state, and an end that is still to come."""
    made = {
        "a": {"client": "One", "lifetimeDays": 12},
        "b": {
            "client": "One",
            "issuer": "Ops",
            "roles": ["WRITER"],
            "enabled": False,
            "lifetimeDays": 11,
        },
        "c": {"client": "Two", "roles": ["READER", "WRITER"], "lifetimeDays": 1},
        "d": {"client": "Two", "neverExpires": True},
        "e": {"client": "Two"},
    }
    ids = {name: admin.issued(**made[name])[0].key_id for name in made}
    admin("revoke", keyId=ids["e"])
    admin.now += 2 * _DAY
    found = _ids(_all(admin, **fields, limit=2))
    assert found == {ids[name] for name in expected}


def test_a_revoked_key_is_shown_as_get_shows_it(admin: Admin) -> None:
    """With its client, its dates, and until when it can be restored."""
    key, _ = admin.issued(name="nightly")
    admin("revoke", keyId=key.key_id)
    records = admin("list", state="revoked")["records"]
    assert records == [admin("get", keyId=key.key_id)["record"]]
    assert records[0]["name"] == "nightly"
    assert admin("list") == {"status": 200, "records": []}


def test_a_corrupt_record_is_listed_apart(admin: Admin) -> None:
    """By its id, so that it can be revoked; the others are shown."""
    good, bad = admin.issued()[0], admin.issued()[0]
    broken = admin.record(bad.key_id) | {"expirationDate": "canary"}
    admin.overwrite(f"APIKEY_{bad.key_id}", json.dumps(broken))
    answer = admin("list")
    assert (_ids(answer["records"]), answer["corrupt"]) == ({good.key_id}, [bad.key_id])
    assert "canary" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("APIKEY_not-a-key-id", record_text(a_key())),
        ("APIKEY_0123456789abcdefg", record_text(a_key())),
        ("APIKEY_0123456789abcdef", '{"key": "canary", "issueDate": "x"}'),
        ("APIKEY_0123456789abcdef", "canary"),
    ],
)
def test_what_is_not_of_ours_is_passed_over(admin: Admin, name: str, text: str) -> None:
    """A name that may be a key in clear, a record without ``schemaVersion`` 1."""
    admin.secrets.create_secret(Name=name, SecretString=text)
    assert admin("list") == {"status": 200, "records": []}


@pytest.mark.parametrize("token", ["", "canary" * 2_000, 5])
def test_a_token_has_1_to_8192_characters(admin: Admin, token: object) -> None:
    """400 by its field."""
    answer = admin("list", nextToken=token)
    assert (answer["status"], answer["error"]["field"]) == (400, "nextToken")
    assert "canary" not in json.dumps(answer)


_REFUSED = {
    "code": "invalid_request",
    "message": "nextToken: is not one that was returned, or other fields changed",
    "field": "nextToken",
}


def _token(admin: Admin, **fields: object) -> str:
    for _ in range(2):
        admin.issued()
    return str(admin("list", limit=1, **fields)["nextToken"])


@pytest.mark.parametrize(
    "text",
    [
        "ak_7GkQ2mV0aZx81TbP_" + "x" * 65,
        "canary",
        "1",
        "1====",
        "1" + "A" * 22,
        "1" + "A" * 44,
        "ü",
    ],
)
def test_what_list_did_not_return_never_reaches_aws(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Whatever an operator pastes, CloudTrail would keep: 400 before any call."""

    def fail(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a call")

    for call in ("list_secrets", "get_secret_value"):
        monkeypatch.setattr(admin.secrets, call, fail)
    assert admin("list", nextToken=text)["error"] == _REFUSED
    # The counts of the signing keys go page by page as well.
    asked = {"fingerprint": "0" * 16, "nextToken": text}
    assert admin("signing.rotate", nextToken=text)["error"] == _REFUSED
    assert admin("signing.retire", **asked)["error"] == _REFUSED


def test_a_token_is_taken_as_it_was_returned_and_no_other_way(admin: Admin) -> None:
    """Not changed by a character, not for other fields, not for another action."""
    token = _token(admin, client="Acme")
    asked = {"client": "Acme", "nextToken": token}
    assert admin("list", **asked, limit=5)["status"] == 200
    for index in (0, 1, 22, len(token) - 1):
        other = "A" if token[index] != "A" else "B"
        changed = token[:index] + other + token[index + 1 :]
        assert admin("list", **asked | {"nextToken": changed})["error"] == _REFUSED
    assert admin("list", **asked | {"nextToken": f"{token}="})["error"] == _REFUSED
    for fields in ({}, {"client": "Other"}, {"client": "Acme", "state": "revoked"}):
        assert admin("list", **fields, nextToken=token)["error"] == _REFUSED
    assert admin("signing.rotate", nextToken=token)["error"] == _REFUSED


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize(
    "name", ["InvalidNextTokenException", "InvalidParameterException"]
)
def test_a_token_that_aws_takes_no_more_is_refused(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """400, by what AWS says of it."""
    token = _token(admin)

    def refuse(**_arguments: object) -> None:
        answer: Any = {"Error": {"Code": name, "Message": "canary"}}
        raise getattr(admin.secrets.exceptions, name)(answer, "ListSecrets")

    monkeypatch.setattr(admin.secrets, "list_secrets", refuse)
    assert admin("list", nextToken=token)["error"] == _REFUSED


@pytest.mark.parametrize("text", ["STRASSE", "straße", "night", "NIGHT B", "why"])
@pytest.mark.parametrize("state", ["active", "revoked"])
def test_a_search_finds_what_people_wrote(admin: Admin, text: str, state: str) -> None:
    """In client, name and description, in any case; not in ids, roles or issuers."""
    found, _ = admin.issued(
        client="Straße & Co", name="Night batch", description="that is why"
    )
    other, _ = admin.issued(client="Other", issuer="night why strasse")
    for key in (found, other) if state == "revoked" else ():
        admin("revoke", keyId=key.key_id)
    records = admin("list", search=text, state=state)["records"]
    if state == "revoked" and text == "why":
        # What is revoked keeps no description.
        assert records == []
    else:
        assert [record["keyId"] for record in records] == [found.key_id]
