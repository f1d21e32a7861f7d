"""Basic accounts: a login with a password, and the same life as a key's."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from apikeys import digest
from apikeys.record import Record
from tests.unit.admin.doubles import Admin

_DAY = 86_400
_TOKEN = "0123456789abcdef-0123456789ABCDEF"
_GIVEN = "correct: horse bättery"
_SESSION = {
    "login": "mega",
    "environment": "Production",
    "repository": "Main",
    "profile": "Administrator",
    "sessionMode": "SINGLE",
    "connectionMode": "READ_ONLY",
}


@pytest.fixture
def basic(aws: None) -> Admin:
    """Return the actions of a deployment that takes both kinds of credentials."""
    del aws
    return Admin(CREDENTIALS="api-key,basic")


def _issued(admin: Admin, login: str = "olga", **fields: object) -> dict[str, Any]:
    answer = admin("issue", **({"client": "HOPEX", "login": login} | fields))
    assert answer["status"] == 201, answer
    return dict(answer)


def _record(admin: Admin, login: str = "olga") -> Record:
    return Record.parse(admin.stored(f"APIUSER_{login}"), login=login)


def _opens(admin: Admin, password: str, login: str = "olga") -> bool:
    """Return whether a password is right, as the authorizer would check it."""
    return digest.matches_any(_record(admin, login).digests(admin.now), password)


def _reason(admin: Admin, password: str, login: str = "olga") -> str:
    return str(admin("verify", login=login, credential=password)["reason"])


def test_an_account_is_issued_with_a_generated_password(basic: Admin) -> None:
    """160 random bits, shown once; the record as keys have it, with a slow digest."""
    answer = _issued(basic, roles=["READER"], session=_SESSION, name="Nightly")
    password = answer["password"]
    assert re.fullmatch("[0-9A-Za-z]{27}", password)
    assert answer["record"] == {
        "login": "olga",
        "client": "HOPEX",
        "issuer": "apikeys",
        "name": "Nightly",
        "issueDate": "2027-01-15T08:00:00Z",
        "expirationDate": "2027-04-15T08:00:00Z",
        "enabled": True,
        "roles": ["READER"],
        "session": _SESSION,
        "schemaVersion": 1,
        "state": "active",
        "expiresInDays": 90,
        "version": answer["record"]["version"],
    }
    assert digest.is_slow(_record(basic).digest)
    assert _opens(basic, password)
    assert _reason(basic, password) == "granted"
    assert password not in json.dumps([basic.contents(), basic.audit])
    assert password != _issued(basic, "olaf")["password"]


def test_a_given_password_is_not_echoed(basic: Admin) -> None:
    """Colons, spaces and UTF-8 are part of it, however a keyboard writes them."""
    answer = _issued(basic, password=_GIVEN, roles=["READER"])
    assert "password" not in answer
    assert "horse" not in json.dumps([answer, basic.audit])
    assert _reason(basic, _GIVEN) == "granted"
    assert _reason(basic, _GIVEN.replace("ä", "a\u0308")) == "granted"
    assert _reason(basic, _GIVEN.upper()) == "mismatch"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"password": "x" * 11}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": "canary\ncanary"}, "password"),
        ({"password": "canary\udc00canary"}, "password"),
        ({"login": None, "password": "canary-canary"}, "password"),
        ({"login": ""}, "login"),
        ({"login": "-canary"}, "login"),
        ({"login": "ca:nary"}, "login"),
        ({"login": "ca/nary"}, "login"),
        ({"login": "canary-abcdef"}, "login"),
        ({"login": "c" * 129}, "login"),
        ({"login": "c\u00e4nary"}, "login"),
    ],
)
def test_what_can_be_no_account_is_refused_whole(
    basic: Admin, fields: dict[str, Any], field: str
) -> None:
    """400 that names the field and shows nothing of it; nothing is stored."""
    before = basic.contents()
    answer = basic("issue", **({"client": "HOPEX", "login": "olga"} | fields))
    assert (answer["status"], answer["error"]["field"]) == (400, field)
    assert "canary" not in json.dumps([answer, basic.audit])
    assert basic.contents() == before


@pytest.mark.parametrize("ended", [False, True])
def test_a_login_is_no_keys_id(basic: Admin, *, ended: bool) -> None:
    """Back ends that go by the principal would take the account for the key."""
    key, _ = basic.issued()
    if ended:
        basic("revoke", keyId=key.key_id)
    _issued(basic)
    before = basic.contents()
    answers = [
        basic("issue", client="HOPEX", login=key.key_id),
        basic("clone", login="olga", newLogin=key.key_id),
    ]
    for answer in answers:
        assert (answer["status"], answer["error"]["field"]) == (400, "login")
        assert "is the id of a key" in answer["error"]["message"]
    assert basic.contents() == before
    assert basic("issue", client="HOPEX", login=key.key_id[::-1])["status"] == 201


def test_a_login_is_issued_once(basic: Admin) -> None:
    """409 while it lives and while it could be restored; the first one stays good."""
    first = _issued(basic)
    for _ in range(2):
        answer = basic("issue", client="Other", login="olga")
        assert (answer["status"], answer["error"]["code"]) == (409, "login_taken")
        assert _opens(basic, first["password"])
    basic("revoke", login="olga")
    assert basic("issue", client="Other", login="olga")["status"] == 409


def test_the_life_of_an_account_is_that_of_a_key(basic: Admin) -> None:
    """Disable, enable, expiry, revoke, restore; each names the login."""
    password = _issued(basic, roles=["READER"])["password"]
    found = []
    for action in ("disable", "enable", "revoke", "restore"):
        answer = basic(action, login="olga")
        assert (answer["status"], answer["record"]["login"]) == (200, "olga")
        found.append((_reason(basic, password), basic("get", login="olga")["record"]))
    assert [reason for reason, _ in found] == [
        *("disabled", "granted"),
        *("revoked", "granted"),
    ]
    assert (found[2][1]["login"], found[2][1]["state"]) == ("olga", "revoked")
    assert found[3][1] == found[1][1]
    updated = basic("update", login="olga", roles=["WRITER"], neverExpires=True)
    assert updated["record"]["roles"] == ["WRITER"]
    assert updated["record"]["expirationDate"] is None
    basic("update", login="olga", expirationDate="2027-01-15T08:00:01")
    basic.now += 1
    assert _reason(basic, password) == "expired"


def test_an_unknown_login_is_not_found(basic: Admin) -> None:
    """404 with a code of its own; a key id and a login together are not a name."""
    for action in ("get", "enable", "disable", "update", "revoke", "restore", "rotate"):
        error = basic(action, login="nobody")["error"]
        expected = {"code": "account_not_found", "field": "login"}
        assert error == expected | {"message": "no account has this login"}
    key, _ = basic.issued()
    for names in ({}, {"keyId": key.key_id, "login": "olga"}):
        answer = basic("disable", **names)
        assert answer["error"]["message"] == "keyId: give either keyId or login"


def test_lists_have_accounts_as_well_as_keys(basic: Admin) -> None:
    """Under the same filters; revoked ones and unreadable ones by their logins."""
    key, _ = basic.issued(client="HOPEX")
    for login in ("olga", "olaf", "bad"):
        _issued(basic, login)
    basic.overwrite("APIUSER_bad", json.dumps({"schemaVersion": 1, "login": "bad"}))
    basic("revoke", login="olaf")
    page = basic("list", client="HOPEX")
    names = [r.get("login") or r["keyId"] for r in page["records"]]
    assert sorted(names) == sorted([key.key_id, "olga"])
    # A table finds by its client what can be read, and the rest by a whole list.
    assert page.get("corrupt", basic("list")["corrupt"]) == ["bad"]
    revoked = basic("list", state="revoked")["records"]
    assert [(r["login"], r["state"]) for r in revoked] == [("olaf", "revoked")]


def test_a_narrower_function_reaches_no_account_beyond_its_roles(basic: Admin) -> None:
    """As for keys: only its rights may be taken away, and it may be looked at."""
    _issued(basic, roles=["READER"])
    narrow = Admin(GRANTABLE_ROLES="WRITER", CREDENTIALS="basic")
    requests: list[tuple[str, dict[str, object]]] = [
        ("issue", {"login": "other", "client": "X", "roles": ["READER"]}),
        ("rotate", {"login": "olga"}),
        ("clone", {"login": "olga", "newLogin": "other", "roles": ["WRITER"]}),
        ("enable", {"login": "olga"}),
        ("update", {"login": "olga", "roles": ["WRITER"]}),
    ]
    for action, fields in requests:
        answer = narrow(action, **fields)
        assert (answer["status"], answer["error"]["code"]) == (
            403,
            "role_not_grantable",
        )
    assert narrow("disable", login="olga")["status"] == 200
    assert narrow("revoke", login="olga")["status"] == 200
    assert narrow("restore", login="olga")["status"] == 403


def test_an_account_is_cloned_under_another_login(basic: Admin) -> None:
    """Rights, session and length of life are the model's, the password is its own."""
    first = _issued(basic, roles=["READER"], session=_SESSION, lifetimeDays=7)
    basic.now += _DAY
    answer = basic("clone", login="olga", newLogin="olaf", client="Second")
    record = answer["record"]
    assert (answer["status"], record["login"], record["client"]) == (
        201,
        "olaf",
        "Second",
    )
    assert (record["roles"], record["session"]) == (["READER"], _SESSION)
    assert record["expirationDate"] == "2027-01-23T08:00:00Z"
    assert not _opens(basic, first["password"], "olaf")
    assert _opens(basic, answer["password"], "olaf")


@pytest.mark.parametrize(
    "fields",
    [
        {"login": "olga"},
        {"keyId": "0" * 16, "newLogin": "olaf"},
        {"login": "olga", "newLogin": "-"},
    ],
)
def test_a_clone_of_an_account_needs_a_login(
    basic: Admin, fields: dict[str, Any]
) -> None:
    """And a key's has none."""
    answer = basic("clone", **fields)
    assert (answer["status"], answer["error"]["field"]) == (400, "newLogin")


def test_a_rotated_password_overlaps_with_the_new_one(basic: Admin) -> None:
    """Both open the account for a day, at a slow hash each; then the new one does."""
    old = _issued(basic, roles=["READER"], session=_SESSION)["password"]
    basic.now += _DAY
    answer = basic("rotate", login="olga")
    new = answer["password"]
    assert answer == {
        "status": 201,
        "password": new,
        "record": basic("get", login="olga")["record"],
        "previous": {"login": "olga", "expirationDate": "2027-01-17T08:00:00Z"},
        "effectiveWithinSeconds": 60,
        "recordTtlSeconds": 30,
    }
    record = answer["record"]
    assert record["previous"] == {"expirationDate": "2027-01-17T08:00:00Z"}
    assert (record["roles"], record["session"]) == (["READER"], _SESSION)
    # As long a life as it had, from now.
    assert record["issueDate"] == "2027-01-16T08:00:00Z"
    assert record["expirationDate"] == "2027-04-16T08:00:00Z"
    assert [_reason(basic, p) for p in (old, new)] == ["granted", "granted"]
    assert digest.have_one_salt(*_record(basic).digests(basic.now))
    basic.now += _DAY - 0.001
    assert _opens(basic, old)
    basic.now += 0.001
    assert [_opens(basic, p) for p in (old, new)] == [False, True]


@pytest.mark.parametrize("overlap", [0, _DAY])
def test_a_leaked_password_is_ended_at_once(basic: Admin, overlap: int) -> None:
    """Overlap 0, also while an earlier overlap runs: one password is left."""
    passwords = [_issued(basic)["password"]]
    passwords += [basic("rotate", login="olga", overlapSeconds=overlap)["password"]]
    answer = basic("rotate", login="olga", overlapSeconds=0)
    assert answer["previous"]["expirationDate"] == "2027-01-15T08:00:00Z"
    assert "previous" not in answer["record"]
    found = [_opens(basic, p) for p in (*passwords, answer["password"])]
    assert found == [False, False, True]


def test_no_password_is_rotated_while_the_one_before_still_works(basic: Admin) -> None:
    """409: a third would end the first's overlap unseen; afterwards it is possible."""
    _issued(basic)
    basic("rotate", login="olga", overlapSeconds=60)
    before = basic.contents()
    error = basic("rotate", login="olga")["error"]
    assert error["code"] == "already_rotated"
    assert "until 2027-01-15T08:01:00" in error["message"]
    assert basic.contents() == before
    basic.now += 60
    assert basic("rotate", login="olga")["status"] == 201


def test_rotation_takes_a_given_password_that_is_another(basic: Admin) -> None:
    """Not echoed; the one in use is refused."""
    _issued(basic, password=_GIVEN)
    answer = basic("rotate", login="olga", password=_GIVEN)
    assert (answer["status"], answer["error"]["field"]) == (400, "password")
    answer = basic("rotate", login="olga", password="another password")
    assert "password" not in answer
    assert _opens(basic, _GIVEN)
    assert _opens(basic, "another password")
    key, _ = basic.issued()
    answer = basic("rotate", keyId=key.key_id, password="another password")
    assert (answer["status"], answer["error"]["field"]) == (400, "password")


def test_the_replaced_password_ends_no_later_than_the_account_did(basic: Admin) -> None:
    """An overlap lengthens nothing; one that is over immediately is none."""
    old = _issued(basic, lifetimeDays=1)["password"]
    answer = basic("rotate", login="olga", overlapSeconds=7 * _DAY)
    assert answer["previous"]["expirationDate"] == "2027-01-16T08:00:00Z"
    basic.now += 2 * _DAY
    answer = basic("rotate", login="olga", neverExpires=True)
    assert "previous" not in answer["record"]
    assert answer["record"]["expirationDate"] is None
    assert [_opens(basic, p) for p in (old, answer["password"])] == [False, True]


def test_an_account_without_an_end_stays_so(basic: Admin) -> None:
    """Only the replaced password ends, at the overlap's end."""
    _issued(basic, neverExpires=True)
    answer = basic("rotate", login="olga", overlapSeconds=3_600)
    assert answer["record"]["expirationDate"] is None
    assert answer["previous"]["expirationDate"] == "2027-01-15T09:00:00Z"


def test_a_new_credential_never_gets_into_a_log_by_accident(basic: Admin) -> None:
    """What holds its text shows who it is about, and nothing else."""
    made = basic.deployment.minting.account("olga", None)
    assert repr(made) == "Made(olga)"


@pytest.mark.parametrize(
    ("enabled", "asked", "expected"),
    [(True, {}, True), (False, {}, False), (False, {"enabled": True}, True)],
)
def test_rotation_lifts_no_disable_by_itself(
    basic: Admin, asked: dict[str, Any], *, enabled: bool, expected: bool
) -> None:
    """As of a key."""
    _issued(basic, enabled=enabled)
    assert basic("rotate", login="olga", **asked)["record"]["enabled"] is expected


def test_rotation_brings_no_password_back_that_was_refused(basic: Admin) -> None:
    """What is disabled gets no overlap: enabled with the rotation, or after it."""
    for login, asked in (("olga", {"enabled": True}), ("olaf", {})):
        old = _issued(basic, login, enabled=False)["password"]
        answer = basic("rotate", login=login, **asked)
        assert answer["previous"]["expirationDate"] == "2027-01-15T08:00:00Z"
        basic("enable", login=login)
        found = [_opens(basic, p, login) for p in (old, answer["password"])]
        assert found == [False, True]


def test_a_password_that_is_to_end_does_not_come_back_as_the_new_one(
    basic: Admin,
) -> None:
    """Neither of the two that work is taken for a third."""
    _issued(basic, password=_GIVEN)
    basic("rotate", login="olga", password="another password")
    for password in (_GIVEN, "another password"):
        answer = basic("rotate", login="olga", password=password, overlapSeconds=0)
        assert (answer["status"], answer["error"]["field"]) == (400, "password")
    basic.now += _DAY
    assert basic("rotate", login="olga", password=_GIVEN)["status"] == 201


def _issue_with_token(admin: Admin, **fields: object) -> Any:
    given = {"client": "HOPEX", "login": "olga", "requestToken": _TOKEN}
    return admin("issue", **(given | fields))


def _rotate_with_token(admin: Admin, **fields: object) -> Any:
    if "APIUSER_olga" not in admin.contents():
        _issued(admin)
    return admin("rotate", **({"login": "olga", "requestToken": _TOKEN} | fields))


def _clone_with_token(admin: Admin, **fields: object) -> Any:
    if "APIUSER_model" not in admin.contents():
        _issued(admin, "model")
    names = {"login": "model", "newLogin": "olga", "requestToken": _TOKEN}
    return admin("clone", **(names | fields))


_ACTIONS = [_issue_with_token, _rotate_with_token, _clone_with_token]


@pytest.mark.parametrize("act", _ACTIONS)
def test_a_repeat_gives_the_account_another_password(basic: Admin, act: Any) -> None:
    """One live account; the password of the last answer works, and no other."""
    first = act(basic)
    basic.now += 900
    second = act(basic)
    assert (first["status"], second["status"]) == (201, 201)
    assert [_opens(basic, a["password"]) for a in (first, second)] == [False, True]
    same = ("issueDate", "expirationDate", "previous", "roles")
    assert [first["record"].get(n) for n in same] == [
        second["record"].get(n) for n in same
    ]


def test_a_repeated_rotation_keeps_the_overlap(basic: Admin) -> None:
    """The password from before the first try still works."""
    old = _issued(basic)["password"]
    for _ in range(3):
        new = _rotate_with_token(basic)["password"]
    assert [_opens(basic, p) for p in (old, new)] == [True, True]


@pytest.mark.parametrize("act", _ACTIONS)
@pytest.mark.parametrize(
    "change",
    [
        lambda admin: admin("disable", login="olga"),
        lambda admin: admin("update", login="olga", name="Changed"),
        lambda admin: setattr(admin, "now", admin.now + 901),
    ],
)
def test_a_repeat_is_refused_once_something_has_changed(
    basic: Admin, act: Any, change: Any
) -> None:
    """409: late, or the account is no longer what the first attempt wrote."""
    password = act(basic)["password"]
    change(basic)
    error = act(basic)["error"]
    assert error["code"] == "request_token_used"
    assert _opens(basic, password)


@pytest.mark.parametrize("act", _ACTIONS)
def test_a_repeat_with_other_fields_is_refused(basic: Admin, act: Any) -> None:
    """409, another end or a given password where none was."""
    password = act(basic)["password"]
    for fields in ({"lifetimeDays": 3}, {"password": _GIVEN}):
        assert act(basic, **fields)["status"] == 409
        assert _opens(basic, password)


def test_a_repeat_with_the_given_password_changes_nothing_a_client_sees(
    basic: Admin,
) -> None:
    """And with another one it is 409."""
    for _ in range(2):
        assert _issue_with_token(basic, password=_GIVEN)["status"] == 201
        assert _opens(basic, _GIVEN)
    answer = _issue_with_token(basic, password="another password")
    assert (answer["status"], _opens(basic, _GIVEN)) == (409, True)


def test_a_token_that_wrote_no_such_account_repeats_nothing(basic: Admin) -> None:
    """409 for a login that somebody else issued, and a revoked one stays revoked."""
    password = _issued(basic)["password"]
    error = _issue_with_token(basic)["error"]
    assert (error["code"], _opens(basic, password)) == ("login_taken", True)
    basic("revoke", login="olga")
    assert _issue_with_token(basic)["error"]["code"] == "account_revoked"


def test_a_repeated_clone_hands_out_no_role_that_its_model_lost(basic: Admin) -> None:
    """A narrower function that knows the token gets no password to wider rights."""
    _issued(basic, "model", roles=["READER", "WRITER"])
    password = _clone_with_token(basic)["password"]
    basic("update", login="model", roles=["READER"])
    narrow = Admin(GRANTABLE_ROLES="READER", CREDENTIALS="basic")
    assert _clone_with_token(narrow)["error"]["code"] == "role_not_grantable"
    assert _opens(basic, password)


def test_a_usage_plan_meters_an_account_too(basic: Admin) -> None:
    """Its gateway key goes and comes with it."""
    plan = basic.gateway.create_usage_plan(name="gold")["id"]
    answer = _issued(basic, usagePlanId=plan)
    assert answer["record"]["usagePlanId"] == plan
    assert len(basic.gateway_keys()) == 1
    basic("rotate", login="olga")
    basic("revoke", login="olga")
    assert basic.gateway_keys() == []
    basic("restore", login="olga")
    assert len(basic.gateway_keys()) == 1


def test_a_kind_that_the_deployment_does_not_read_is_missing_to_it(aws: None) -> None:
    """Verify says so whatever the credential is."""
    del aws
    keys, accounts = Admin(), Admin(CREDENTIALS="basic")
    password = _issued(accounts, roles=["READER"])["password"]
    key, _ = keys.issued(roles=["READER"])
    found = [_reason(admin, password) for admin in (keys, accounts)]
    assert found == ["missing", "granted"]
    verdicts = [a("verify", credential=key.text)["reason"] for a in (keys, accounts)]
    assert verdicts == ["granted", "missing"]


@pytest.mark.parametrize("password", ["x", "wrong password"])
def test_verify_tells_a_wrong_password_and_an_unknown_login(
    basic: Admin, password: str
) -> None:
    """As the operator's log would."""
    _issued(basic)
    found = [_reason(basic, password, login) for login in ("olga", "nobody")]
    assert found == ["mismatch", "unknown"]


def test_the_count_of_a_signing_key_is_only_of_keys(basic: Admin) -> None:
    """A password has no tag."""
    _issued(basic)
    basic.issued()
    counted = basic("signing.rotate")["keys"]
    assert (counted["current"], counted["unknown"]) == (1, 0)


def test_a_digest_without_a_salt_is_rotated_without_an_overlap(basic: Admin) -> None:
    """Somebody wrote it by hand; the new one is slow, as every password's is."""
    _issued(basic)
    record = json.loads(basic.stored("APIUSER_olga"))
    text = json.dumps(record | {"digest": digest.fast("a password by hand")})
    basic.overwrite("APIUSER_olga", text)
    answer = basic("rotate", login="olga")
    assert (answer["status"], "previous" in answer["record"]) == (201, False)
    assert digest.is_slow(_record(basic).digest)
    assert not _opens(basic, "a password by hand")


@pytest.mark.parametrize("is_given", [False, True])
def test_two_issues_of_one_login_at_once_get_the_same_account(
    basic: Admin, monkeypatch: pytest.MonkeyPatch, *, is_given: bool
) -> None:
    """Under one token: the one that comes second repeats the first."""
    asked = {"login": "olga", "client": "HOPEX", "requestToken": _TOKEN}
    if is_given:
        asked["password"] = _GIVEN
    store = type(basic.deployment.store)
    create = store.create
    first: list[Any] = []

    def overtaken(*arguments: Any) -> str:
        monkeypatch.undo()
        first.append(basic("issue", **asked))
        return create(*arguments)

    monkeypatch.setattr(store, "create", overtaken)
    second = basic("issue", **asked)
    assert [first[0]["status"], second["status"]] == [201, 201]
    assert first[0]["record"]["issueDate"] == second["record"]["issueDate"]
    assert _opens(basic, _GIVEN if is_given else second["password"])


@pytest.mark.parametrize("fields", [{"client": "Other"}, {"requestToken": "x" * 32}])
def test_another_request_that_was_quicker_keeps_the_login(
    basic: Admin, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    """409 for the second, whose account it is not."""
    asked = {"login": "olga", "client": "HOPEX", "requestToken": _TOKEN}
    store = type(basic.deployment.store)
    create = store.create

    def overtaken(*arguments: Any) -> str:
        monkeypatch.undo()
        assert basic("issue", **asked | fields)["status"] == 201
        return create(*arguments)

    monkeypatch.setattr(store, "create", overtaken)
    assert basic("issue", **asked)["error"]["code"] == "login_taken"


_SEEN = "Mega-hopex-2027"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"login": _SEEN.upper()}, "is the login"),
        ({"name": f"use {_SEEN}"}, "is part of name, and would be shown"),
        ({"description": f"use {_SEEN.lower()}"}, "is part of description, and would"),
        ({"client": _SEEN}, "is part of client, and would be shown"),
        ({"session": _SESSION | {"login": _SEEN}}, "is part of session, and would"),
    ],
)
def test_a_password_that_is_shown_elsewhere_is_refused(
    basic: Admin, fields: dict[str, Any], message: str
) -> None:
    """By ``issue``, ``clone`` and ``rotate``: 400, and nothing is written."""
    _issued(basic, "model", **{n: v for n, v in fields.items() if n != "login"})
    login = fields.get("login", "olga")
    before = basic.contents()
    asked = {"client": "HOPEX", "login": "olga", "password": _SEEN} | fields
    for answer in (
        basic("issue", **asked),
        basic("clone", login="model", newLogin=login, password=_SEEN),
        basic("rotate", login="model", password=_SEEN)
        if "login" not in fields
        else basic("issue", **asked),
    ):
        error = answer["error"]
        assert (answer["status"], error["field"]) == (400, "password")
        assert error["message"].startswith(f"password: {message}")
        assert _SEEN not in json.dumps(answer)
    assert basic.contents() == before
