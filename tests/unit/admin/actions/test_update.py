"""Updating a record, and restoring a revoked one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from apikeys.roles import RoleMap
from tests.fakes import ROLES_NAME
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.key import Key

_SESSION = {"environment": "P", "repository": "M", "profile": "A"}


@pytest.fixture
def key(admin: Admin) -> Key:
    """Return an issued key with everything that can be taken away."""
    return admin.issued(
        name="Name", description="Text", session=_SESSION, roles=["READER"]
    )[0]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"client": "Other", "issuer": "Dev", "name": "New", "description": "Longer"},
        {"enabled": False},
        {"session": _SESSION | {"connectionMode": "READ_ONLY"}},
        {"expirationDate": "2027-02-01T00:00:00"},
    ],
)
def test_the_given_fields_take_the_place_of_the_old(
    admin: Admin, key: Key, fields: dict[str, Any]
) -> None:
    """200 with the record and the bound; what is not given stays."""
    before = admin.record(key.key_id)
    answer = admin("update", keyId=key.key_id, **fields)
    assert answer == {
        "status": 200,
        "record": admin("get", keyId=key.key_id)["record"],
        "effectiveWithinSeconds": 60,
        "recordTtlSeconds": 30,
    }
    assert admin.record(key.key_id) == before | fields


@pytest.mark.parametrize("field", ["name", "description", "session"])
def test_null_takes_a_field_away(admin: Admin, key: Key, field: str) -> None:
    """What only informs may go."""
    before = admin.record(key.key_id)
    assert admin("update", keyId=key.key_id, **{field: None})["status"] == 200
    del before[field]
    assert admin.record(key.key_id) == before


@pytest.mark.parametrize("field", ["client", "issuer", "roles", "enabled"])
def test_null_takes_no_field_away_that_a_record_needs(
    admin: Admin, key: Key, field: str
) -> None:
    """400, and nothing is written."""
    before = admin.contents()
    answer = admin("update", keyId=key.key_id, **{field: None})
    assert (answer["status"], answer["error"]["field"]) == (400, field)
    assert admin.contents() == before


@pytest.mark.parametrize(
    ("fields", "ends_at"),
    [
        ({"lifetimeDays": 1}, "2027-01-26T08:00:00Z"),
        ({"expirationDate": "2027-01-25T08:00:01"}, "2027-01-25T08:00:01Z"),
        ({"neverExpires": True}, None),
        ({"neverExpires": False}, "2027-04-15T08:00:00Z"),
    ],
)
def test_a_new_end_counts_from_now(
    admin: Admin, key: Key, fields: dict[str, Any], ends_at: str | None
) -> None:
    """Ten days after the key's issue."""
    admin.now += 10 * 86_400
    answer = admin("update", keyId=key.key_id, **fields)
    assert answer["record"]["expirationDate"] == ends_at


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lifetimeDays": 31}, "lifetimeDays"),
        ({"neverExpires": True}, "neverExpires"),
        ({"expirationDate": "2027-01-16T08:00:00"}, "expirationDate"),
        ({"expirationDate": "2027-02-15T08:00:01"}, "expirationDate"),
    ],
)
def test_the_longest_life_counts_from_now(
    aws: None, fields: dict[str, Any], field: str
) -> None:
    """400 for an end in the past or beyond it."""
    del aws
    admin = Admin(MAX_LIFETIME_DAYS="30", DEFAULT_LIFETIME_DAYS="20")
    key, _ = admin.issued()
    admin.now += 86_400
    before = admin.contents()
    answer = admin("update", keyId=key.key_id, **fields)
    assert (answer["status"], answer["error"]["field"]) == (400, field)
    assert admin.contents() == before
    assert admin("update", keyId=key.key_id, lifetimeDays=30)["status"] == 200


def test_an_issue_date_that_a_record_claims_lengthens_no_life(aws: None) -> None:
    """Not even one of 2090, which an older release took."""
    del aws
    admin = Admin(MAX_LIFETIME_DAYS="30")
    key, _ = admin.issued()
    claimed = admin.record(key.key_id) | {"issueDate": "2090-01-01T00:00:00"}
    admin.overwrite(f"APIKEY_{key.key_id}", json.dumps(claimed))
    answer = admin("update", keyId=key.key_id, lifetimeDays=20_000)
    assert answer["error"]["message"] == "lifetimeDays: keys live at most 30 days here"


def test_roles_are_replaced_as_a_whole(admin: Admin, key: Key) -> None:
    """By names that the role map has; others are refused."""
    answer = admin("update", keyId=key.key_id, roles=["writer", "WRITER"])
    assert answer["record"]["roles"] == ["WRITER"]
    before = admin.contents()
    refused = admin("update", keyId=key.key_id, roles=["NOBODY"])
    assert refused["error"]["message"] == "roles: not in the role map: NOBODY"
    assert admin.contents() == before


_LOSING = {
    "A": {"allow": ["GET /{x}/{y}"]},
    "B": {"allow": ["GET /a/{x}/b"]},
    "C": {"allow": ["GET /a/{x}"]},
}
_LOST = (
    "A and B: 'GET /a/{x}/b' is shut: IAM has no other way to shut 'GET /a/{x}', which "
    "is not held; let one role have both, or change a segment of one"
)


def test_roles_that_lose_a_route_together_are_refused(aws: None) -> None:
    """400 with the route and the cure, wherever an action gives them; nothing is left.

    A model that holds them already is not copied.
    """
    del aws
    admin = Admin(CREDENTIALS="api-key,basic", LEGACY_KEYS="imported")
    key, _ = admin.issued(roles=["READER"])
    both = ["A", "B"]
    assert admin("roles.put", roleMap={"roles": _LOSING})["status"] == 200
    one, _ = admin.issued(roles=["A"])
    # The first import writes a key of its own for the ids.
    assert admin("import", client="Acme", key="B" * 20 + "-foreign")["status"] == 201
    held = admin.record(key.key_id) | {"roles": both}
    admin.overwrite(f"APIKEY_{key.key_id}", json.dumps(held))
    before = admin.contents()
    for answer in (
        admin("issue", client="Acme", roles=both),
        admin("issue", client="Acme", roles=both, login="ada"),
        admin("import", client="Acme", roles=both, key="A" * 20 + "-foreign"),
        admin("clone", keyId=key.key_id),
        admin("update", keyId=one.key_id, roles=both),
    ):
        assert (answer["status"], answer["error"]["code"]) == (400, "invalid_request")
        assert answer["error"]["message"] == f"roles: {_LOST}"
        (finding,) = answer["error"]["findings"]
        assert (finding["grade"], finding["roles"]) == ("restrict", both)
    assert admin.contents() == before
    # All three lose nothing.
    answer = admin("update", keyId=one.key_id, roles=["A", "B", "C"])
    assert answer["status"] == 200
    assert "findings" not in answer


def test_a_role_that_loses_a_route_by_itself_is_refused(admin: Admin) -> None:
    """``roles.put`` stores no such map; who wrote the secret by hand may have."""
    roles = {
        "A": {"allow": ["GET /{x}/{y}", "GET /a/{x}/b"]},
        "C": {"allow": ["GET /a/{x}"]},
    }
    admin.overwrite(ROLES_NAME, json.dumps({"roles": roles}))
    answer = admin("issue", client="Acme", roles=["A"])
    assert (answer["status"], answer["error"]["field"]) == (400, "roles")
    assert answer["error"]["message"].startswith("roles: 'GET /a/{x}/b' is shut: ")
    assert admin("issue", client="Acme", roles=["A", "C"])["status"] == 201


def test_what_only_a_read_only_record_would_lose_is_refused_to_it(admin: Admin) -> None:
    """The route that shuts the other one may be lost with the writing methods."""
    reads = {"reads": True}
    roles = {
        "A": {"allow": [{"route": "POST /{x}/{y}", **reads}, "POST /a/{x}"]},
        "B": {"allow": [{"route": "POST /a/{x}/b", **reads}]},
    }
    admin.overwrite(ROLES_NAME, json.dumps({"roles": roles}))
    reading = {"session": _SESSION | {"connectionMode": "READ_ONLY"}}
    admin.issued(roles=["A", "B"], session=_SESSION)
    admin.issued(roles=["A"], **reading)
    before = admin.contents()
    answer = admin("issue", client="Acme", roles=["A", "B"], **reading)
    assert (answer["status"], answer["error"]["field"]) == (400, "roles")
    assert "'POST /a/{x}/b' is shut" in answer["error"]["message"]
    assert admin.contents() == before


def test_a_reading_records_policy_has_to_fit_as_well(admin: Admin) -> None:
    """Each route marked `reads` is spelt out, without the writing `/*` that has it."""
    roles: dict[str, Any] = {"ALL": {"allow": ["POST /a/*"]}}
    for name in ("B", "C"):
        routes = [f"POST /a/{name}{n:03}" for n in range(45)]
        roles[name] = {"allow": [{"route": r, "reads": True} for r in routes]}
    admin.overwrite(ROLES_NAME, json.dumps({"roles": roles}))
    reading = {"session": _SESSION | {"connectionMode": "READ_ONLY"}}
    admin.issued(roles=list(roles))
    admin.issued(roles=["ALL", "B"], **reading)
    before = admin.contents()
    answer = admin("issue", client="Acme", roles=list(roles), **reading)
    assert (answer["status"], answer["error"]["field"]) == (400, "roles")
    length = RoleMap.parse({"roles": roles}).grant(roles, read_only=True).bytes
    assert f"a policy of {length} bytes" in answer["error"]["message"]
    assert admin.contents() == before


_WARNED = {
    "grade": "restrict",
    "roles": ["A", "B"],
    "route": "GET /a/{x}/b",
    "message": _LOST.partition(": ")[2],
}


@pytest.fixture(params=["a key", "an account"])
def losing(
    aws: None, request: pytest.FixtureRequest
) -> tuple[Admin, dict[str, str], str]:
    """Return a deployment, a record whose roles lose a route together, its secret."""
    del aws
    admin = Admin(CREDENTIALS="api-key,basic")
    if request.param == "a key":
        named = {"keyId": admin.issued(roles=["READER"])[0].key_id}
        secret = f"APIKEY_{named['keyId']}"
    else:
        named, secret = {"login": "ada"}, "APIUSER_ada"
        admin("issue", client="Acme", roles=["READER"], **named)
    admin.overwrite(ROLES_NAME, json.dumps({"roles": _LOSING}))
    held = json.loads(admin.stored(secret)) | {"roles": ["A", "B"]}
    admin.overwrite(secret, json.dumps(held))
    return admin, named, secret


def test_a_record_that_holds_such_roles_already_goes_on(
    losing: tuple[Admin, dict[str, str], str],
) -> None:
    """Nothing but giving roles is refused for what they lose; a change warns."""
    admin, named, _ = losing
    for fields in ({"name": "New"}, {"description": "New"}, {"enabled": False}):
        updated = admin("update", **named, **fields)
        assert (updated["status"], updated["findings"]) == (200, [_WARNED])
    enabled = admin("enable", **named)
    assert (enabled["status"], enabled["findings"]) == (200, [_WARNED])
    rotated = admin("rotate", **named)
    assert (rotated["status"], rotated["findings"]) == (201, [_WARNED])
    assert rotated["record"]["roles"] == ["A", "B"]
    for action in ("disable", "revoke"):
        answer = admin(action, **named)
        assert (answer["status"], "findings" in answer) == (200, False)
    restored = admin("restore", **named)
    assert (restored["status"], restored["findings"]) == (200, [_WARNED])


@pytest.mark.parametrize("text", ["not JSON", None])
def test_a_missing_or_corrupt_role_map_stops_no_change(
    losing: tuple[Admin, dict[str, str], str], text: str | None
) -> None:
    """What a record's roles lose is not known then."""
    admin, named, _ = losing
    if text is None:
        admin.secrets.delete_secret(SecretId=ROLES_NAME)
    else:
        admin.overwrite(ROLES_NAME, text)
    for action in ("update", "enable", "rotate", "revoke", "restore"):
        fields = {"description": "New"} if action == "update" else {}
        answer = admin(action, **named, **fields)
        assert answer["status"] in {200, 201}
        assert "findings" not in answer


@pytest.mark.parametrize("action", ["update", "enable", "rotate", "restore"])
def test_a_role_map_that_can_not_be_reached_stops_a_change_before_it(
    losing: tuple[Admin, dict[str, str], str],
    monkeypatch: pytest.MonkeyPatch,
    action: str,
) -> None:
    """503, and nothing is written."""
    admin, named, _ = losing
    admin("revoke" if action == "restore" else "disable", **named)
    before = admin.contents()
    read = admin.secrets.get_secret_value

    def unreachable(**arguments: Any) -> Any:
        if arguments["SecretId"] == ROLES_NAME:
            raise EndpointConnectionError(endpoint_url="https://secretsmanager")
        return read(**arguments)

    fields = {"description": "New"} if action == "update" else {}
    with monkeypatch.context() as patch:
        patch.setattr(admin.secrets, "get_secret_value", unreachable)
        answer = admin(action, **named, **fields)
    assert (answer["status"], answer["error"]["code"]) == (503, "store_unavailable")
    assert admin.contents() == before


def test_a_version_may_be_asked_for(admin: Admin, key: Key) -> None:
    """The one that was read: done; another: 409 and nothing is written."""
    version = admin("get", keyId=key.key_id)["record"]["version"]
    done = admin("update", keyId=key.key_id, name="One", ifVersion=version)
    before = admin.contents()
    stale = admin("update", keyId=key.key_id, name="Two", ifVersion=version)
    assert (done["status"], stale["status"]) == (200, 409)
    assert stale["error"]["code"] == "version_conflict"
    assert admin.contents() == before


def test_a_revoked_key_can_not_be_updated(admin: Admin, key: Key) -> None:
    """409."""
    admin("revoke", keyId=key.key_id)
    answer = admin("update", keyId=key.key_id, name="New")
    assert answer["error"]["code"] == "key_revoked"


def test_a_restored_key_is_as_it_was(admin: Admin, key: Key) -> None:
    """Disabled, if it was so."""
    admin("disable", keyId=key.key_id)
    before = admin("get", keyId=key.key_id)["record"]
    admin("revoke", keyId=key.key_id)
    assert admin("restore", keyId=key.key_id) == {
        "status": 200,
        "record": before,
        "effectiveWithinSeconds": 60,
        "recordTtlSeconds": 30,
    }
    assert admin("get", keyId=key.key_id)["record"] == before
    assert admin("enable", keyId=key.key_id)["record"]["state"] == "active"


@pytest.mark.parametrize("is_readable", [True, False])
def test_a_key_that_is_not_revoked_can_not_be_restored(
    admin: Admin, key: Key, *, is_readable: bool
) -> None:
    """409, though its record be corrupt."""
    if not is_readable:
        admin.overwrite(f"APIKEY_{key.key_id}", "canary")
    answer = admin("restore", keyId=key.key_id)
    assert answer["error"] == {
        "code": "not_revoked",
        "message": "the key is not revoked",
        "field": "keyId",
    }


def test_a_restored_corrupt_record_is_still_corrupt(admin: Admin, key: Key) -> None:
    """409; it can only be revoked again."""
    admin.overwrite(f"APIKEY_{key.key_id}", "canary")
    admin("revoke", keyId=key.key_id)
    answer = admin("restore", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "record_corrupt")


def test_a_restored_key_is_in_its_usage_plan_again(admin: Admin) -> None:
    """With a new gateway key: revoking removed the old one."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(usagePlanId=plan)
    before = admin.record(key.key_id)
    admin("revoke", keyId=key.key_id)
    admin("restore", keyId=key.key_id)
    after = admin.record(key.key_id)
    assert admin.gateway_keys() == [after["usageKeyId"]] != [before["usageKeyId"]]
    members = admin.gateway.get_usage_plan_keys(usagePlanId=plan)["items"]
    # moto lists removed keys too.
    assert after["usageKeyId"] in [member["id"] for member in members]


def test_a_restored_key_shares_its_sisters_gateway_key_again(admin: Admin) -> None:
    """Which the sister has kept."""
    plan = admin.gateway.create_usage_plan(name="gold")["id"]
    key, _ = admin.issued(usagePlanId=plan)
    admin("rotate", keyId=key.key_id)
    before = admin.record(key.key_id)
    admin("revoke", keyId=key.key_id)
    admin("restore", keyId=key.key_id)
    assert admin.record(key.key_id) == before
    assert admin.gateway_keys() == [before["usageKeyId"]]


@pytest.mark.only_in("secretsmanager")
def test_a_deletion_that_does_not_happen_is_told(
    admin: Admin, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409: the key still works, and nobody is made to believe otherwise."""
    monkeypatch.setattr(admin.secrets, "delete_secret", lambda **_arguments: {})
    answer = admin("revoke", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "not_revocable")
    assert admin("get", keyId=key.key_id)["record"]["state"] == "active"


@pytest.mark.only_in("secretsmanager")
def test_a_replicated_record_is_not_revocable_and_can_be_disabled(
    admin: Admin, key: Key
) -> None:
    """409 with what ends the key instead; without its replicas it is revocable."""
    name = f"APIKEY_{key.key_id}"
    admin.secrets.replicate_secret_to_regions(
        SecretId=name, AddReplicaRegions=[{"Region": "eu-central-1"}]
    )
    answer = admin("revoke", keyId=key.key_id)
    assert answer == {
        "status": 409,
        "error": {
            "code": "not_revocable",
            "message": "Secrets Manager does not delete the record (has it replicas?); "
            "the key still works: disable it",
            "field": "keyId",
        },
    }
    assert admin("disable", keyId=key.key_id)["record"]["state"] == "disabled"
    admin.secrets.remove_regions_from_replication(
        SecretId=name, RemoveReplicaRegions=["eu-central-1"]
    )
    assert admin("revoke", keyId=key.key_id)["status"] == 200


def _lag(
    admin: Admin, monkeypatch: pytest.MonkeyPatch, reads: int
) -> Callable[[], None]:
    """Let so many reads after each restoration say that the secret is deleted."""
    restore, read = admin.secrets.restore_secret, admin.secrets.get_secret_value
    left = 0

    def restored(**arguments: Any) -> Any:
        nonlocal left
        left = reads
        return restore(**arguments)

    def lagging(**arguments: Any) -> Any:
        nonlocal left
        if not left:
            return read(**arguments)
        left -= 1
        code = "InvalidRequestException"
        error: Any = {"Error": {"Code": code, "Message": "currently marked deleted"}}
        raise admin.secrets.exceptions.InvalidRequestException(error, "GetSecretValue")

    def caught_up() -> None:
        nonlocal left
        left = 0

    monkeypatch.setattr(admin.secrets, "restore_secret", restored)
    monkeypatch.setattr(admin.secrets, "get_secret_value", lagging)
    return caught_up


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize("reads", [1, 2, 3])
def test_a_restored_key_is_judged_once_it_can_be_read(
    admin: Admin,
    key: Key,
    monkeypatch: pytest.MonkeyPatch,
    lags: list[float],
    reads: int,
) -> None:
    """Secrets Manager is eventually consistent: a read that lags refuses nothing."""
    before = admin.record(key.key_id)
    admin("revoke", keyId=key.key_id)
    _lag(admin, monkeypatch, reads)
    answer = admin("restore", keyId=key.key_id)
    assert (answer["status"], answer["record"]["state"]) == (200, "active")
    assert lags == [0.2, 0.4, 0.8][:reads]
    assert admin.record(key.key_id) == before


@pytest.mark.only_in("secretsmanager")
def test_a_restoration_that_reads_never_show_is_not_undone(
    admin: Admin, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, look again: deleting the record for that would be a second revocation."""
    before = admin.record(key.key_id)
    admin("revoke", keyId=key.key_id)
    caught_up = _lag(admin, monkeypatch, 10)
    answer = admin("restore", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (503, "store_unavailable")
    caught_up()
    assert admin.record(key.key_id) == before
    assert admin("get", keyId=key.key_id)["record"]["state"] == "active"


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize(
    "code",
    [
        "InvalidParameterException",
        "InvalidRequestException",
        "ResourceNotFoundException",
    ],
)
def test_what_secrets_manager_does_not_restore_stays_revoked(
    admin: Admin, key: Key, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """409, and no crash: it may have been purged a moment before."""
    admin("revoke", keyId=key.key_id)

    def refuse(**_arguments: object) -> None:
        error = {"Error": {"Code": code, "Message": "canary"}}
        raise admin.secrets.exceptions.from_code(code)(error, "RestoreSecret")

    monkeypatch.setattr(admin.secrets, "restore_secret", refuse)
    answer = admin("restore", keyId=key.key_id)
    assert answer["error"] == {
        "code": "not_restorable",
        "message": "the store does not restore the key; it may be purged by now",
        "field": "keyId",
    }
    assert admin("get", keyId=key.key_id)["record"]["state"] == "revoked"


@pytest.mark.only_in("secretsmanager")
def test_what_is_purged_before_its_notes_are_read_is_a_conflict(
    admin: Admin, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """409 version_conflict: read it again."""
    admin("revoke", keyId=key.key_id)

    def purged(**_arguments: object) -> None:
        error: Any = {"Error": {"Code": "ResourceNotFoundException"}}
        raise admin.secrets.exceptions.ResourceNotFoundException(
            error, "DescribeSecret"
        )

    monkeypatch.setattr(admin.secrets, "describe_secret", purged)
    answer = admin("restore", keyId=key.key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
