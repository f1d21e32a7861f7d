"""``deliverTo``: a new key or password goes into a secret of the client's alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from admin.errors import Code, RefusedError
from admin.stores.engine import Stored
from apikeys import digest
from apikeys.key import Key, derived_key_id
from tests.builders import foreign_key
from tests.harness import state
from tests.harness.account import Account, determined
from tests.unit.admin.doubles import Admin, before_next

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.client import Call

_SECRET = "clients/acme"
_TOKEN = "t" * 32


@pytest.fixture
def admin(aws: None) -> Admin:
    """Return an admin function that delivers, and a client's secret."""
    del aws
    made = Admin(DELIVERY_PREFIX="clients/", CREDENTIALS="api-key,basic")
    made.secrets.create_secret(Name=_SECRET, SecretString="nothing yet")
    return made


def _text(answer: dict[str, Any]) -> str:
    return json.dumps(answer)


def test_a_key_is_in_the_secret_and_not_in_the_answer(admin: Admin) -> None:
    """The operator learns the key's id; what opens is the secret's value, as it is."""
    answer = admin("issue", client="Acme", roles=["READER"], deliverTo=_SECRET)
    assert (answer["status"], answer["deliveredTo"]) == (201, _SECRET)
    assert "key" not in answer
    key = Key.parse(admin.stored(_SECRET))
    assert key.key_id == answer["record"]["keyId"]
    assert key.text.rpartition("_")[2] not in _text(answer)
    assert admin("verify", credential=key.text)["decision"] == "allow"


def test_a_clone_and_a_password_are_delivered_too(admin: Admin) -> None:
    """Whatever is made and shown once otherwise."""
    model, _ = admin.issued(roles=["READER"])
    answer = admin("clone", keyId=model.key_id, deliverTo=_SECRET)
    assert Key.parse(admin.stored(_SECRET)).key_id == answer["record"]["keyId"]
    for action, fields in (
        ("issue", {"login": "olga", "client": "Acme"}),
        ("rotate", {"login": "olga"}),
        ("clone", {"login": "olga", "newLogin": "otto"}),
    ):
        answer = admin(action, **fields, deliverTo=_SECRET)
        assert (answer["status"], answer["deliveredTo"]) == (201, _SECRET)
        assert "password" not in answer
        stored = json.loads(admin.stored(f"APIUSER_{answer['record']['login']}"))
        assert digest.matches(stored["digest"], admin.stored(_SECRET))


def test_a_rotation_replaces_what_the_client_reads(admin: Admin) -> None:
    """The old key works through its overlap, the new one from the secret."""
    admin("issue", client="Acme", roles=["READER"], deliverTo=_SECRET)
    old = Key.parse(admin.stored(_SECRET))
    answer = admin("rotate", keyId=old.key_id, deliverTo=_SECRET)
    new = Key.parse(admin.stored(_SECRET))
    assert (answer["record"]["keyId"], answer["record"]["replaces"]) == (
        new.key_id,
        old.key_id,
    )
    for key in (old, new):
        assert admin("verify", credential=key.text)["decision"] == "allow"


def test_a_repeat_delivers_nothing_twice(admin: Admin) -> None:
    """What an earlier try delivered may be in use: it stays as it is."""
    fields = {"client": "Acme", "requestToken": _TOKEN, "deliverTo": _SECRET}
    first = admin("issue", **fields)
    delivered = admin.stored(_SECRET)
    assert admin("issue", **fields) == first
    assert admin.stored(_SECRET) == delivered
    account = fields | {"login": "olga", "requestToken": "u" * 32}
    first = admin("issue", **account)
    delivered = admin.stored(_SECRET)
    assert admin("issue", **account) == first
    assert admin.stored(_SECRET) == delivered


def test_a_repeat_delivers_elsewhere_only_under_a_token_of_its_own(
    admin: Admin,
) -> None:
    """Another secret is another request."""
    admin.secrets.create_secret(Name="clients/other", SecretString="-")
    fields = {"client": "Acme", "requestToken": _TOKEN}
    admin("issue", **fields, deliverTo=_SECRET)
    for other in ({"deliverTo": "clients/other"}, {}):
        answer = admin("issue", **fields, **other)
        assert answer["error"]["code"] == "request_token_used"
    assert admin.stored("clients/other") == "-"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("clients/nobody", "there is no such secret"),
        ("clients/", "begins with clients/"),
        ("APIROLES", "begins with clients/"),
        ("signing", "begins with clients/"),
        ("Clients/acme", "begins with clients/"),
        (
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:clients/a",
            "is of the form",
        ),
    ],
)
@pytest.mark.parametrize("action", ["issue", "clone", "rotate"])
@pytest.mark.parametrize("is_account", [False, True])
def test_another_secret_is_refused_before_anything_is_written(
    admin: Admin, name: str, message: str, action: str, *, is_account: bool
) -> None:
    """400, and no key is made that nobody has."""
    if is_account:
        admin("issue", client="Acme", login="olga")
        fields: dict[str, Any] = {"login": "olga"}
        fields |= {"newLogin": "otto"} if action == "clone" else {}
        fields |= {"login": "otto", "client": "A"} if action == "issue" else {}
    else:
        key, _ = admin.issued()
        fields = {"client": "A"} if action == "issue" else {"keyId": key.key_id}
    before = admin.contents()
    answer = admin(action, **fields, deliverTo=name)
    assert (answer["status"], answer["error"]["field"]) == (400, "deliverTo")
    assert message in answer["error"]["message"]
    assert admin.contents() == before


def test_a_deployment_without_a_prefix_delivers_nothing(admin: Admin) -> None:
    """The refusal names the parameter."""
    answer = Admin()("issue", client="Acme", deliverTo=_SECRET)
    assert "DeliveryPrefix" in answer["error"]["message"]
    assert admin.stored(_SECRET) == "nothing yet"


def test_a_given_password_is_not_delivered(admin: Admin) -> None:
    """Its operator has it already."""
    answer = admin(
        "issue",
        client="Acme",
        login="olga",
        password="correct horse",
        deliverTo=_SECRET,
    )
    assert (answer["status"], answer["error"]["field"]) == (400, "password")


def test_who_writes_the_secret_meanwhile_is_overtaken() -> None:
    """A few times; then it is said, and a repeat goes on from there."""
    left = 2

    def line(call: Call, perform: Callable[[], Any]) -> Any:
        nonlocal left
        is_ours = call.parameters.get("SecretId") == _SECRET
        if is_ours and call.method == "update_secret_version_stage" and left:
            left -= 1
            token = f"{left}".zfill(32)
            account.secrets.put_secret_value(_SECRET, token, f"somebody else's {left}")
        return perform()

    with determined("overtaken"):
        account = Account(DELIVERY_PREFIX="clients/")
        account.store(_SECRET, "nothing yet")
        fields = {"action": "issue", "client": "Acme", "deliverTo": _SECRET}
        first = fields | {"requestToken": _TOKEN}
        assert account.invoke(first, line)["status"] == 201
        assert left == 0
        left = 100
        second = fields | {"requestToken": "u" * 32}
        answer = account.invoke(second, line)
        assert answer["error"]["code"] == "version_conflict"
        left = 0
        answer = account.invoke(second, line)
        delivered = Key.parse(str(account.secrets.secrets[_SECRET].text))
        assert delivered.key_id == answer["record"]["keyId"]


def test_who_was_overtaken_by_a_repeat_delivers_nothing() -> None:
    """The other try's key is the one that works, and lies in the secret."""
    is_met = False

    def line(call: Call, perform: Callable[[], Any]) -> Any:
        nonlocal is_met
        done = perform()
        if call.method == "create_secret" and not is_met:
            is_met = True
            account.invoke(event)
        return done

    with determined("overtaken by a repeat"):
        account = Account(DELIVERY_PREFIX="clients/")
        account.store(_SECRET, "nothing yet")
        event = {"action": "issue", "client": "Acme", "deliverTo": _SECRET}
        event["requestToken"] = _TOKEN
        answer = account.invoke(event, line)
        assert answer["error"]["code"] == "version_conflict"
        (opened,) = state.delivered(account, "clients/").values()
        assert len(opened) == 1


def test_a_secret_that_is_deleted_meanwhile_is_a_conflict(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nowhere to deliver to."""
    store = admin.deployment.store
    create = store.create

    def deleting(*arguments: Any) -> Any:
        admin.secrets.delete_secret(SecretId=_SECRET)
        return create(*arguments)

    monkeypatch.setattr(store, "create", deleting)
    answer = admin("issue", client="Acme", deliverTo=_SECRET)
    assert answer["error"]["code"] == "version_conflict"


def test_a_secret_that_can_not_be_written_is_an_outage(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and not somebody else's write; a repeat delivers."""
    asked = {"client": "Acme", "requestToken": _TOKEN, "deliverTo": _SECRET}
    with monkeypatch.context() as failing:
        failing.setattr(admin.deployment.deliveries._store, "replace", _fail)
        assert admin("issue", **asked)["error"]["code"] == "store_unavailable"
    assert admin.stored(_SECRET) == "nothing yet"
    record = admin("issue", **asked)["record"]
    assert Key.parse(admin.stored(_SECRET)).key_id == record["keyId"]


def test_a_key_that_is_revoked_meanwhile_is_delivered_all_the_same(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """201: a read that finds no record may only lag; the key opens nothing."""
    records = admin.deployment.records
    create, key_id = records.create, derived_key_id(_TOKEN)

    def revoked(*arguments: Any) -> Any:
        made = create(*arguments)
        assert admin("revoke", keyId=key_id)["status"] == 200
        return made

    monkeypatch.setattr(records, "create", revoked)
    asked = {"client": "Acme", "requestToken": _TOKEN, "deliverTo": _SECRET}
    assert admin("issue", **asked)["status"] == 201
    key = Key.parse(admin.stored(_SECRET))
    assert key.key_id == key_id
    assert admin("verify", credential=key.text)["decision"] != "allow"


@pytest.mark.parametrize("later", ["", "somebody else's"])
def test_a_rotation_that_loses_puts_back_what_the_secret_held(
    admin: Admin, later: str
) -> None:
    """409: the client goes on with its key; what others wrote since stays."""
    issued = admin("issue", client="Acme", roles=["READER"], deliverTo=_SECRET)
    key_id, held = issued["record"]["keyId"], admin.stored(_SECRET)

    def before() -> None:
        assert admin("update", keyId=key_id, name="other")["status"] == 200
        if later:
            store = admin.deployment.deliveries._store
            found = store.read(_SECRET)
            assert isinstance(found, Stored)
            store.replace(_SECRET, later, found.version)

    before_next(admin, "replace", before)
    answer = admin("rotate", keyId=key_id, deliverTo=_SECRET)
    assert answer["error"]["code"] == "version_conflict"
    assert admin.stored(_SECRET) == (later or held)
    assert admin("verify", credential=held)["decision"] == "allow"
    assert [r["keyId"] for r in admin("list")["records"]] == [key_id]


def test_a_secret_that_can_not_be_put_back_is_an_outage(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503: the client has a key that works, and a repeat ends the old one."""
    issued = admin("issue", client="Acme", roles=["READER"], deliverTo=_SECRET)
    key_id, store = issued["record"]["keyId"], admin.deployment.deliveries._store

    def before() -> None:
        assert admin("update", keyId=key_id, name="other")["status"] == 200
        monkeypatch.setattr(store, "replace", _fail)

    before_next(admin, "replace", before)
    asked = {"keyId": key_id, "requestToken": _TOKEN, "deliverTo": _SECRET}
    assert admin("rotate", **asked)["error"]["code"] == "store_unavailable"
    monkeypatch.undo()
    assert admin("verify", credential=admin.stored(_SECRET))["decision"] == "allow"
    answer = admin("rotate", **asked)
    assert answer["previous"]["replacedBy"] == answer["record"]["keyId"]
    key = Key.parse(admin.stored(_SECRET))
    assert key.key_id == answer["record"]["keyId"]


def _fail(*_: object) -> Any:
    raise RefusedError(Code.STORE_UNAVAILABLE, "no")


@pytest.mark.parametrize("text", ["APIKEY_", "APIUSER_x", "APIROLES", "sign", "A"])
def test_a_prefix_that_reaches_our_own_secrets_fails_at_start_up(text: str) -> None:
    """A key could take the place of a record, the role map or the signing secret."""
    with pytest.raises(ValueError, match=r"^DELIVERY_PREFIX begins as"):
        Admin(DELIVERY_PREFIX=text)


# A support function for every role: it may hand a key on to who holds it, no more.


@pytest.fixture
def support(admin: Admin) -> Admin:
    """Return one over the same account."""
    del admin
    return Admin(
        ADMIN_ACTIONS="support",
        DELIVERY_PREFIX="clients/",
        CREDENTIALS="api-key,basic",
    )


@pytest.mark.parametrize("subject", [{}, {"login": "olga"}])
def test_support_rotates_into_the_secret_that_holds_the_key(
    admin: Admin, support: Admin, subject: dict[str, str]
) -> None:
    """It never sees the new one; a repeat is as good."""
    issued = admin("issue", client="Acme", **subject, deliverTo=_SECRET)
    subject = subject or {"keyId": issued["record"]["keyId"]}
    before = admin.stored(_SECRET)
    fields = {**subject, "requestToken": _TOKEN, "deliverTo": _SECRET}
    first = support("rotate", **fields)
    assert first["status"] == 201
    assert {"key", "password"}.isdisjoint(first)
    assert admin.stored(_SECRET) != before
    assert support("rotate", **fields)["status"] == 201


@pytest.mark.parametrize("subject", [{}, {"login": "olga"}])
def test_support_gives_nobody_a_key_that_he_had_not(
    admin: Admin, support: Admin, subject: dict[str, str]
) -> None:
    """Neither another client nor one whose key has ended; nor is it shown."""
    admin.secrets.create_secret(Name="clients/mine", SecretString="-")
    issued = admin("issue", client="Acme", **subject, deliverTo=_SECRET)
    subject = subject or {"keyId": issued["record"]["keyId"]}
    before = admin.contents()
    for more in (
        {"deliverTo": "clients/mine"},
        {"deliverTo": _SECRET, "enabled": True},
        {"deliverTo": _SECRET, "neverExpires": True},
        {"deliverTo": _SECRET, "lifetimeDays": 1},
        {},
    ):
        answer = support("rotate", **subject, **more)
        assert answer["error"]["code"] == "not_permitted", more
        assert "SupportRoles" in answer["error"]["message"]
    support.now += 91 * 86_400
    answer = support("rotate", **subject, deliverTo=_SECRET)
    assert "has not ended" in answer["error"]["message"]
    assert admin.contents() == before


def test_a_rotation_for_support_leaves_a_disabled_key_disabled(
    admin: Admin, support: Admin
) -> None:
    """To enable undoes somebody's lock."""
    issued = admin("issue", client="Acme", deliverTo=_SECRET)
    key_id = issued["record"]["keyId"]
    support("disable", keyId=key_id)
    answer = support("rotate", keyId=key_id, deliverTo=_SECRET)
    assert answer["record"]["state"] == "disabled"


def test_a_secret_deleted_while_it_is_looked_into_holds_nothing(
    admin: Admin, support: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """403, as for one that never held the key."""
    issued = admin("issue", client="Acme", deliverTo=_SECRET)
    monkeypatch.setattr(support.deployment.deliveries, "check", lambda _name: None)
    admin.secrets.delete_secret(SecretId=_SECRET)
    fields = {"keyId": issued["record"]["keyId"], "deliverTo": _SECRET}
    assert support("rotate", **fields)["error"]["code"] == "not_permitted"


# A function that is limited to some clients takes nothing from the others.


@pytest.fixture
def team(admin: Admin) -> Admin:
    """Return one over the same account."""
    del admin
    return Admin(
        GRANTABLE_ROLES="READER",
        GRANTABLE_CLIENTS="team-*",
        DELIVERY_PREFIX="clients/",
        CREDENTIALS="api-key,basic",
        LEGACY_KEYS="imported",
    )


def _deliveries(team: Admin) -> list[dict[str, Any]]:
    """Return the requests that could displace what the secret holds."""
    key, _ = team.issued(client="team-a", roles=["READER"])
    made = {"client": "team-a", "roles": ["READER"]}
    team("issue", **made, login="olga")
    return [
        {"action": "issue", **made},
        {"action": "issue", **made, "login": "otto"},
        {"action": "clone", "keyId": key.key_id},
        {"action": "clone", "login": "olga", "newLogin": "otto"},
        {"action": "rotate", "keyId": key.key_id},
        {"action": "rotate", "login": "olga"},
    ]


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ({"client": "team-b", "roles": ["WRITER"]}, "role_not_grantable"),
        ({"client": "billing", "roles": ["READER"]}, "not_permitted"),
        ({"client": "billing", "key": foreign_key()}, "not_permitted"),
    ],
)
def test_a_limited_function_displaces_no_key_out_of_its_reach(
    admin: Admin, team: Admin, held: dict[str, Any], code: str
) -> None:
    """403, and nothing is written: the other client would lose what it reads."""
    if "key" in held:
        boss = Admin(LEGACY_KEYS="imported")
        assert boss("import", **held)["status"] == 201
        admin.overwrite(_SECRET, f"{held['key']}\n")
    else:
        admin("issue", **held, deliverTo=_SECRET)
    requests = _deliveries(team)
    before = admin.contents()
    for request in requests:
        error = team.send(request | {"deliverTo": _SECRET})["error"]
        assert (error["code"], error["field"]) == (code, "deliverTo"), request
        assert "Support" in error["message"]
    assert admin.contents() == before


def test_a_limited_function_displaces_nothing_while_it_can_not_see_whose_it_is(
    admin: Admin, team: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, as long as the store does not answer."""

    def unavailable(_text: str) -> Any:
        raise RefusedError(Code.STORE_UNAVAILABLE, "the store does not answer")

    admin("issue", client="billing", roles=["READER"], deliverTo=_SECRET)
    before = admin.contents()
    monkeypatch.setattr(team.deployment.deliveries._possession, "owner", unavailable)
    answer = team("issue", client="team-a", deliverTo=_SECRET)
    assert answer["error"]["code"] == "store_unavailable"
    assert admin.contents() == before


@pytest.mark.parametrize("client", ["team-b", "billing"])
def test_a_limited_function_displaces_what_no_other_client_calls_with(
    admin: Admin, team: Admin, client: str
) -> None:
    """A key within its reach, or one that was revoked."""
    issued = admin("issue", client=client, roles=["READER"], deliverTo=_SECRET)
    if client == "billing":
        admin("revoke", keyId=issued["record"]["keyId"])
    answer = team("issue", client="team-a", deliverTo=_SECRET)
    assert answer["status"] == 201


@pytest.mark.parametrize("text", ["nothing yet", "ak_0", "-"])
def test_a_limited_function_displaces_what_is_no_key(
    admin: Admin, team: Admin, text: str
) -> None:
    """Whoever wrote it."""
    admin.secrets.create_secret(Name="clients/new", SecretString=text)
    answer = team("issue", client="team-a", deliverTo="clients/new")
    assert answer["status"] == 201


def test_a_limited_function_waits_for_a_key_whose_record_can_not_be_read(
    admin: Admin, team: Admin
) -> None:
    """409: nobody knows whose it is. The unlimited one may."""
    issued = admin("issue", client="billing", deliverTo=_SECRET)
    admin.overwrite(f"APIKEY_{issued['record']['keyId']}", '{"schemaVersion": 1}')
    made = {"client": "team-a", "deliverTo": _SECRET}
    assert team("issue", **made)["error"]["code"] == "record_corrupt"
    assert admin("issue", **made)["status"] == 201


def test_a_delivery_shows_no_key() -> None:
    """Not even to who prints one."""
    from admin.rules.deliveries import Delivery  # noqa: PLC0415 - for this alone

    assert repr(Delivery(_SECRET, "a key", "v")) == f"Delivery({_SECRET})"
