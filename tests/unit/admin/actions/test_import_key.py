"""``import``: a key that was minted elsewhere, and that its client keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from apikeys import digest, foreign
from apikeys.session import REQUIRED
from tests.fakes import SIGNING_NAME
from tests.unit.admin.doubles import Admin

_KEY = "ABCDEFGHIJKLMNOP" + "12356789"
_RECORD: dict[str, Any] = {
    "key": _KEY,
    "issueDate": "2022-03-01T10:32:19",
    "expirationDate": "2052-05-30T10:32:19",
    "issuer": "HyperLearning AI",
    "client": "Test App",
    "enabled": True,
    "roles": ["reader"],
    "later": "unknown fields stay behind",
}


@pytest.fixture
def ontopop(admin: Admin) -> Admin:
    """Return the admin function of a deployment that reads OntoPop's own records."""
    del admin  # its account serves
    return Admin(LEGACY_KEYS="ontopop")


def _lookup(admin: Admin) -> bytes:
    found = json.loads(admin.stored(SIGNING_NAME))
    return str(found["lookup"]).encode()


def test_an_ontopop_record_is_stored_under_a_name_that_reveals_nothing(
    admin: Admin,
) -> None:
    """As an argon2id digest, with OntoPop's dates, client, issuer and roles."""
    answer = admin("import", record=_RECORD)
    key_id = foreign.key_id_of(_KEY, _lookup(admin))
    stored = admin.record(key_id)
    assert (answer["status"], answer["record"]["keyId"]) == (201, key_id)
    assert digest.is_slow(stored["digest"])
    assert digest.matches(stored["digest"], _KEY)
    assert {name: stored[name] for name in stored if name != "digest"} == {
        "schemaVersion": 1,
        "keyId": key_id,
        "issueDate": "2022-03-01T10:32:19",
        "expirationDate": "2052-05-30T10:32:19",
        "client": "Test App",
        "issuer": "HyperLearning AI",
        "enabled": True,
        "roles": ["READER"],
    }
    assert _KEY not in json.dumps([answer, admin.audit])


def test_a_key_is_imported_with_the_fields_of_the_request(admin: Admin) -> None:
    """As issue has them, the default length of life included."""
    answer = admin("import", key=_KEY, client="Acme", roles=["READER"])
    assert (answer["status"], answer["record"]["state"]) == (201, "active")
    assert answer["record"]["expiresInDays"] == 90
    assert "key" not in answer


def test_the_lookup_key_is_made_once(admin: Admin) -> None:
    """Signing keys stay, and later imports use the same."""
    before = json.loads(admin.stored(SIGNING_NAME))
    admin("import", record=_RECORD)
    first = json.loads(admin.stored(SIGNING_NAME))
    admin("import", key=_KEY[::-1], client="Acme")
    assert first == before | {"lookup": first["lookup"]}
    assert json.loads(admin.stored(SIGNING_NAME)) == first


@pytest.mark.parametrize(
    "request_", [{"record": _RECORD}, {"key": _KEY, "client": "Acme"}]
)
def test_the_same_import_again_changes_nothing(
    admin: Admin, request_: dict[str, Any]
) -> None:
    """It answers as the first did, also days later."""
    first = admin("import", **request_)
    before = admin.contents()
    admin.now += 100_000
    again = admin("import", **request_)
    assert (again["status"], again["record"]["version"]) == (
        201,
        first["record"]["version"],
    )
    assert ("repeated" in first, again["repeated"]) == (False, True)
    assert admin.contents() == before


def test_a_repeat_costs_no_slow_hash(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The id follows from the key: there is nothing left to hash."""
    hashed: list[str] = []
    slow = digest.slow
    monkeypatch.setattr(digest, "slow", lambda text: hashed.append(text) or slow(text))
    admin("import", record=_RECORD)
    admin("import", record=_RECORD)
    assert len(hashed) == 1


@pytest.mark.parametrize("source", [{"record": _RECORD}, {"key": _KEY}])
@pytest.mark.parametrize(
    "end",
    [
        {"lifetimeDays": 90},
        {"neverExpires": True},
        {"expirationDate": "2027-01-15T09:00:00"},
    ],
)
def test_an_end_that_was_asked_for_counts_from_the_first_time(
    admin: Admin, source: dict[str, Any], end: dict[str, Any]
) -> None:
    """Hours later, and beyond the end itself, the same request changes nothing."""
    request = source | end | {"client": "Acme"}
    first = admin("import", **request)
    assert first["status"] == 201
    for seconds in (3 * 3_600, 91 * 86_400):
        admin.now += seconds
        again = admin("import", **request)
        assert again["repeated"] is True
        ends = [a["record"]["expirationDate"] for a in (first, again)]
        assert ends[0] == ends[1]


def test_another_length_of_life_is_another_import(admin: Admin) -> None:
    """No moment between the key's issue and now explains the end that is stored."""
    admin("import", record=_RECORD, lifetimeDays=90)
    admin.now += 3_600
    for days in (89, 9_000):
        answer = admin("import", record=_RECORD, lifetimeDays=days)
        assert (answer["status"], answer["error"]["code"]) == (409, "key_exists")


def test_a_record_without_an_end_may_be_given_one(admin: Admin) -> None:
    """OntoPop refuses it; the request's end serves."""
    endless = {n: v for n, v in _RECORD.items() if n != "expirationDate"}
    answer = admin("import", record=endless, lifetimeDays=30)
    assert answer["record"]["expiresInDays"] == 30


@pytest.mark.parametrize(
    "fields",
    [
        {"client": f"App with {_KEY}"},
        {"client": "Acme", "name": _KEY.lower()},
        {"client": "Acme", "session": dict.fromkeys(REQUIRED, _KEY)},
    ],
)
def test_a_field_with_the_key_in_it_is_refused(
    admin: Admin, fields: dict[str, Any]
) -> None:
    """It would be listed, logged and handed to back ends in clear."""
    answer = admin("import", key=_KEY, **fields)
    assert (answer["status"], answer["error"]["field"]) == (400, [*fields][-1])
    assert _KEY.lower() not in json.dumps(answer).lower()
    assert not [name for name in admin.contents() if name.startswith("APIKEY_")]


def test_a_repeat_makes_no_gateway_key(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even for a moment: API Gateway allows few of these calls."""
    plan = admin.gateway.create_usage_plan(name="plan")["id"]
    admin("import", record=_RECORD, usagePlanId=plan)
    before = admin.gateway_keys()
    monkeypatch.setattr("admin.stores.usage_plans.UsagePlans.join", pytest.fail)
    again = admin("import", record=_RECORD, usagePlanId=plan)
    assert (again["repeated"], admin.gateway_keys()) == (True, before)
    assert len(before) == 1


@pytest.mark.only_in("secretsmanager")
def test_of_two_first_imports_at_once_one_makes_the_lookup_key(admin: Admin) -> None:
    """The other takes it: both keys are found under it."""
    store = admin.deployment.store
    replace = store.replace

    def overtaken(*arguments: str) -> str:
        store.replace = replace
        admin("import", record=_RECORD | {"key": _KEY[::-1]})
        return replace(*arguments)

    store.replace = overtaken
    answer = admin("import", record=_RECORD)
    lookup = _lookup(admin)
    assert answer["record"]["keyId"] == foreign.key_id_of(_KEY, lookup)
    assert admin.record(foreign.key_id_of(_KEY[::-1], lookup))


@pytest.mark.only_in("secretsmanager")
def test_a_signing_secret_that_others_change_meanwhile_gets_no_lookup_key(
    admin: Admin,
) -> None:
    """The rotation that overtook the import holds; the import says try again."""
    store = admin.deployment.store
    replace = store.replace

    def overtaken(*arguments: str) -> str:
        store.replace = replace
        admin("signing.rotate")
        return replace(*arguments)

    store.replace = overtaken
    answer = admin("import", record=_RECORD)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
    assert "lookup" not in json.loads(admin.stored(SIGNING_NAME))


def test_of_two_imports_of_a_key_at_once_one_is_a_repeat(admin: Admin) -> None:
    """It compares with what the quicker one wrote, and takes its gateway key back."""
    plan = admin.gateway.create_usage_plan(name="plan")["id"]
    records = admin.deployment.records
    create = records.create

    def overtaken(*arguments: Any) -> Any:
        records.create = create
        admin("import", record=_RECORD, usagePlanId=plan)
        return create(*arguments)

    records.create = overtaken
    answer = admin("import", record=_RECORD, usagePlanId=plan)
    assert (answer["status"], answer["repeated"]) == (201, True)
    assert len(admin.gateway_keys()) == 1


@pytest.mark.parametrize(
    "imported", [("silver", "gold"), (None, "gold"), ("silver", None)]
)
def test_an_import_into_another_plan_is_a_conflict(
    admin: Admin, imported: tuple[str | None, str | None]
) -> None:
    """It would say that it was done, and the client be metered as before, or not."""
    made = {
        name: admin.gateway.create_usage_plan(name=name)["id"]
        for name in ("gold", "silver")
    }
    first, second = (
        {} if name is None else {"usagePlanId": made[name]} for name in imported
    )
    assert admin("import", record=_RECORD, **first)["status"] == 201
    before = admin.contents(), admin.gateway_keys()
    answer = admin("import", record=_RECORD, **second)
    assert (answer["status"], answer["error"]["code"]) == (409, "key_exists")
    assert (admin.contents(), admin.gateway_keys()) == before


def test_another_import_of_the_same_key_is_a_conflict(admin: Admin) -> None:
    """Nothing is overwritten silently."""
    admin("import", record=_RECORD)
    before = admin.contents()
    answer = admin("import", record=_RECORD | {"client": "Other"})
    assert (answer["status"], answer["error"]["code"]) == (409, "key_exists")
    assert admin.contents() == before


def test_what_was_revoked_is_not_revived(admin: Admin) -> None:
    """Importing is not a way around restore."""
    key_id = admin("import", record=_RECORD)["record"]["keyId"]
    admin("revoke", keyId=key_id)
    answer = admin("import", record=_RECORD)
    assert (answer["status"], answer["error"]["code"]) == (409, "key_revoked")


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({}, "key"),
        ({"key": _KEY, "record": _RECORD}, "key"),
        ({"key": "canary" * 3, "client": "Acme"}, "key"),
        ({"key": "canary:" * 4, "client": "Acme"}, "key"),
        ({"key": "canary" * 50, "client": "Acme"}, "key"),
        ({"key": _KEY}, "client"),
        ({"key": _KEY, "client": "Acme", "roles": ["NOBODY"]}, "roles"),
        ({"record": {"client": "Acme"}}, "record.key"),
        ({"record": _RECORD | {"issueDate": "canary"}}, "record.issueDate"),
        ({"record": _RECORD | {"expirationDate": ""}}, "record.expirationDate"),
        (
            {"record": {n: v for n, v in _RECORD.items() if n != "expirationDate"}},
            "record.expirationDate",
        ),
        ({"record": _RECORD | {"client": 5}}, "record"),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(
    admin: Admin, request_: dict[str, Any], field: str
) -> None:
    """The message has the field, and never what was given."""
    answer = admin("import", **request_)
    assert (answer["status"], answer["error"]["field"]) == (400, field)
    assert "canary" not in json.dumps(answer)
    assert not [name for name in admin.contents() if name.startswith("APIKEY_")]


def test_a_key_minted_here_is_not_imported(admin: Admin) -> None:
    """What has its shape is never looked up as a foreign one."""
    key, _ = admin.issued()
    answer = admin("import", key=key.text, client="Acme")
    assert (answer["status"], answer["error"]["field"]) == (400, "key")
    assert key.text not in json.dumps(answer)


@pytest.mark.parametrize(
    ("changes", "enabled"),
    [({}, True), ({"enabled": "true"}, False), ({"enabled": None}, False)],
)
def test_only_true_enables(
    admin: Admin, changes: dict[str, Any], *, enabled: bool
) -> None:
    """As the authorizer reads it; a record that does not say is disabled."""
    answer = admin("import", record=_RECORD | changes)
    assert answer["record"]["enabled"] is enabled
    del answer
    silent = {name: value for name, value in _RECORD.items() if name != "enabled"}
    answer = admin("import", record=silent | {"key": _KEY[::-1]})
    assert answer["record"]["enabled"] is False


def test_an_expired_record_stays_expired_and_null_is_for_ever(admin: Admin) -> None:
    """Importing lengthens no life."""
    past = admin("import", record=_RECORD | {"expirationDate": "2022-05-30T10:32:19"})
    ever = _RECORD | {"key": _KEY[::-1], "expirationDate": None}
    assert past["record"]["state"] == "expired"
    assert admin("import", record=ever)["record"]["expirationDate"] is None


def test_roles_out_of_reach_are_refused(admin: Admin) -> None:
    """``GrantableRoles`` holds for imports too."""
    del admin
    answer = Admin(GRANTABLE_ROLES="WRITER", LEGACY_KEYS="imported")(
        "import", record=_RECORD
    )
    assert (answer["status"], answer["error"]["code"]) == (403, "role_not_grantable")


@pytest.mark.only_in("secretsmanager")
def test_revoking_deletes_both(ontopop: Admin) -> None:
    """The imported record and OntoPop's own, found only by the id."""
    own = f"APIKEY_{_KEY}"
    ontopop.secrets.create_secret(Name=own, SecretString=json.dumps(_RECORD))
    key_id = ontopop("import", record=_RECORD)["record"]["keyId"]
    assert ontopop("revoke", keyId=key_id)["status"] == 200
    for name in (own, f"APIKEY_{key_id}"):
        with pytest.raises(ontopop.secrets.exceptions.InvalidRequestException):
            ontopop.stored(name)


@pytest.mark.only_in("secretsmanager")
def test_an_ontopop_record_is_revoked_without_an_import(ontopop: Admin) -> None:
    """By the id that verify shows; another id is not found."""
    own = f"APIKEY_{_KEY}"
    ontopop.secrets.create_secret(Name=own, SecretString=json.dumps(_RECORD))
    shown = ontopop("verify", credential=_KEY)
    assert (shown["decision"], shown["reason"]) == ("allow", "granted")
    assert _KEY not in json.dumps([shown, ontopop.audit])
    assert ontopop("revoke", keyId="0" * 16)["error"]["code"] == "key_not_found"
    assert ontopop("revoke", keyId=shown["record"]["keyId"])["status"] == 200
    assert ontopop("verify", credential=_KEY)["reason"] == "revoked"


@pytest.mark.only_in("secretsmanager")
def test_an_ontopop_key_that_looks_like_an_id_is_revoked(ontopop: Admin) -> None:
    """By what its record is, not by its name's shape; records made here stay."""
    key, _ = ontopop.issued()
    text = "Sixteen1Letters2"
    record = json.dumps(_RECORD | {"key": text})
    ontopop.secrets.create_secret(Name=f"APIKEY_{text}", SecretString=record)
    shown = ontopop("verify", credential=text)
    assert shown["decision"] == "allow"
    assert ontopop("revoke", keyId=shown["record"]["keyId"])["status"] == 200
    assert ontopop("verify", credential=text)["reason"] == "revoked"
    assert ontopop("get", keyId=key.key_id)["record"]["state"] == "active"


@pytest.mark.only_in("secretsmanager")
def test_no_record_made_here_is_revoked_for_ontopops(
    ontopop: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its id, taken for a key, stood for the id that is revoked."""
    key, _ = ontopop.issued()
    monkeypatch.setattr("admin.stores.ontopop.foreign.key_id_of", lambda *_: "0" * 16)
    assert ontopop("revoke", keyId="0" * 16)["error"]["code"] == "key_not_found"
    assert ontopop("get", keyId=key.key_id)["record"]["state"] == "active"


@pytest.mark.only_in("secretsmanager")
def test_a_key_is_revoked_though_ontopops_own_is_not_found(
    ontopop: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503: the imported record decides and is gone; a repeat deletes the other."""
    own = f"APIKEY_{_KEY}"
    ontopop.secrets.create_secret(Name=own, SecretString=json.dumps(_RECORD))
    key_id = ontopop("import", record=_RECORD)["record"]["keyId"]

    def throttled(**_: Any) -> Any:
        error: Any = {"Error": {"Code": "ThrottlingException", "Message": ""}}
        raise ClientError(error, "ListSecrets")

    with monkeypatch.context() as throttling:
        throttling.setattr(ontopop.secrets, "list_secrets", throttled)
        assert ontopop("revoke", keyId=key_id)["status"] == 503
    assert ontopop("verify", credential=_KEY)["reason"] == "revoked"
    assert ontopop("revoke", keyId=key_id)["status"] == 200
    with pytest.raises(ontopop.secrets.exceptions.InvalidRequestException):
        ontopop.stored(own)


@pytest.mark.only_in("secretsmanager")
def test_what_is_revoked_before_ontopops_are_read_stays_revoked(aws: None) -> None:
    """OntoPop's own goes under ``imported``, too: the stack may read it later."""
    del aws
    imported = Admin(LEGACY_KEYS="imported")
    own = f"APIKEY_{_KEY}"
    imported.secrets.create_secret(Name=own, SecretString=json.dumps(_RECORD))
    key_id = imported("import", record=_RECORD)["record"]["keyId"]
    assert imported("revoke", keyId=key_id)["status"] == 200
    purged = {"SecretId": f"APIKEY_{key_id}", "ForceDeleteWithoutRecovery": True}
    imported.secrets.delete_secret(**purged)
    later = Admin(LEGACY_KEYS="ontopop")
    assert later("verify", credential=_KEY)["reason"] == "revoked"


@pytest.mark.only_in("secretsmanager")
def test_a_key_minted_here_is_not_looked_for_among_ontopops(
    ontopop: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is none: the names of the whole account are not read for it."""
    key, _ = ontopop.issued()
    monkeypatch.setattr(ontopop.secrets, "list_secrets", pytest.fail)
    assert ontopop("revoke", keyId=key.key_id)["status"] == 200


@pytest.mark.only_in("secretsmanager")
def test_a_replicated_ontopop_record_is_not_revocable(ontopop: Admin) -> None:
    """409: its key still works, and nobody is made to believe otherwise."""
    own = f"APIKEY_{_KEY}"
    ontopop.secrets.create_secret(
        Name=own,
        SecretString=json.dumps(_RECORD),
        AddReplicaRegions=[{"Region": "eu-central-1"}],
    )
    key_id = ontopop("verify", credential=_KEY)["record"]["keyId"]
    answer = ontopop("revoke", keyId=key_id)
    assert answer == {
        "status": 409,
        "error": {
            "code": "not_revocable",
            "message": "Secrets Manager does not delete the record (has it replicas?); "
            "the key still works: remove the replicas, and revoke it again",
            "field": "keyId",
        },
    }
    assert ontopop("verify", credential=_KEY)["decision"] == "allow"
    ontopop.secrets.remove_regions_from_replication(
        SecretId=own, RemoveReplicaRegions=["eu-central-1"]
    )
    assert ontopop("revoke", keyId=key_id)["status"] == 200
    assert ontopop("verify", credential=_KEY)["reason"] == "revoked"


@pytest.mark.only_in("secretsmanager")
def test_a_replicated_ontopop_record_stops_no_revocation_here(ontopop: Admin) -> None:
    """409 says what is left, and not that the key still works."""
    ontopop.secrets.create_secret(
        Name=f"APIKEY_{_KEY}",
        SecretString=json.dumps(_RECORD),
        AddReplicaRegions=[{"Region": "eu-central-1"}],
    )
    key_id = ontopop("import", record=_RECORD)["record"]["keyId"]
    answer = ontopop("revoke", keyId=key_id)
    assert (answer["status"], answer["error"]["code"]) == (409, "not_revocable")
    assert answer["error"]["message"].startswith("the key is refused from now on, but")
    assert ontopop("verify", credential=_KEY)["reason"] == "revoked"


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        (_KEY, "granted"),
        (_KEY[::-1], "unknown"),
        ("0" * 16, "unknown"),
        ("no key: never", "malformed"),
    ],
)
def test_verify_judges_foreign_keys_as_the_authorizer_does(
    ontopop: Admin, credential: str, reason: str
) -> None:
    """Imported ones first, then OntoPop's own."""
    ontopop("import", record=_RECORD)
    assert ontopop("verify", credential=credential)["reason"] == reason


@pytest.mark.only_in("secretsmanager")
def test_a_bare_key_id_is_unknown(ontopop: Admin) -> None:
    """Its record is another credential's; it opens nothing and rings no alarm."""
    key, _ = ontopop.issued()
    assert ontopop("verify", credential=key.key_id)["reason"] == "unknown"


def test_without_legacy_keys_a_foreign_key_is_malformed(admin: Admin) -> None:
    """``LegacyKeys=off`` looks for none."""
    admin("import", record=_RECORD)
    assert Admin()("verify", credential=_KEY)["reason"] == "malformed"


@pytest.mark.only_in("secretsmanager")
def test_a_corrupt_ontopop_record_is_reported_as_corrupt(ontopop: Admin) -> None:
    """It opens nothing."""
    ontopop.secrets.create_secret(Name=f"APIKEY_{_KEY}", SecretString="{}")
    assert ontopop("verify", credential=_KEY)["reason"] == "corrupt"


@pytest.mark.parametrize("issued", ["2090-01-01T00:00:00", "2027-01-15T08:00:01"])
def test_an_issue_date_in_the_future_is_refused(admin: Admin, issued: str) -> None:
    """400: nobody issued the key yet, and its life would count from there."""
    before = admin.contents()
    answer = admin("import", record=_RECORD | {"issueDate": issued})
    assert answer["error"] == {
        "code": "invalid_request",
        "message": "record.issueDate: is in the future (UTC)",
        "field": "record.issueDate",
    }
    assert admin.contents().keys() == before.keys()
    now = admin("import", record=_RECORD | {"issueDate": "2027-01-15T08:00:00"})
    assert now["status"] == 201


def test_the_longest_life_of_an_import_counts_from_now(aws: None) -> None:
    """Not from an issue long ago, nor from the repeat that comes later."""
    del aws
    admin = Admin(MAX_LIFETIME_DAYS="30", LEGACY_KEYS="imported")
    beyond = _RECORD | {"expirationDate": "2027-02-14T08:00:01"}
    assert admin("import", record=beyond)["error"]["field"] == "expirationDate"
    asked = {"record": _RECORD | {"expirationDate": "2027-02-14T08:00:00"}}
    assert admin("import", **asked)["status"] == 201
    admin.now += 86_400
    assert admin("import", **asked)["repeated"] is True
    key_id = admin("list")["records"][0]["keyId"]
    assert admin("update", keyId=key_id, lifetimeDays=31)["status"] == 400
    assert admin("update", keyId=key_id, lifetimeDays=30)["status"] == 200


def test_a_key_that_ended_before_it_was_issued_has_the_default_length(
    admin: Admin,
) -> None:
    """Of what is made like it; else it would have ended before it began."""
    dates = {"expirationDate": "1967-01-01T00:00:00"}
    imported = admin("import", record=_RECORD | dates)["record"]
    for action in ("clone", "rotate"):
        record = admin(action, keyId=imported["keyId"])["record"]
        assert (record["state"], record["expiresInDays"]) == ("active", 90)
