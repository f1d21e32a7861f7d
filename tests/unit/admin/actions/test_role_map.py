"""The actions on the role map."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from admin.actions import role_map as role_map_actions
from tests.builders import ROLE_MAP
from tests.fakes import ROLES_NAME
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

# Nothing here depends on where the records lie.
pytestmark = pytest.mark.only_in("secretsmanager")

_NEW: dict[str, Any] = {"roles": {"A": {"allow": ["GET /a"]}}}


def _version(admin: Admin) -> str:
    return str(admin("roles.get")["version"])


def _delete(admin: Admin) -> None:
    admin.secrets.delete_secret(SecretId=ROLES_NAME, ForceDeleteWithoutRecovery=True)


def test_the_role_map_is_shown_with_its_version(admin: Admin) -> None:
    """As it was stored."""
    stored = admin.secrets.get_secret_value(SecretId=ROLES_NAME)
    expected = {"status": 200, "roleMap": ROLE_MAP, "version": stored["VersionId"]}
    assert admin("roles.get") == expected


def test_a_missing_role_map_is_not_found(admin: Admin) -> None:
    """404 until the first ``roles.put``."""
    _delete(admin)
    assert admin("roles.get") == {
        "status": 404,
        "error": {
            "code": "role_map_not_found",
            "message": "there is no role map yet; store one with roles.put",
        },
    }


def test_a_corrupt_role_map_is_told_by_its_findings(admin: Admin) -> None:
    """500, mended by ``roles.put``."""
    admin.overwrite(ROLES_NAME, '{"roles": {"A": {"allow": ["canary"]}}}')
    answer = admin("roles.get")
    assert (answer["status"], answer["error"]["code"]) == (500, "misconfigured")
    assert answer["error"]["findings"][0]["message"].startswith(
        "roles.A.allow[0]: a route is "
    )
    assert admin("roles.put", roleMap=_NEW)["status"] == 200
    assert admin("roles.get")["roleMap"] == _NEW


def test_a_new_role_map_takes_the_place_of_the_old(admin: Admin) -> None:
    """200 with its version and how soon it is in force."""
    before = _version(admin)
    answer = admin("roles.put", roleMap=_NEW)
    assert answer == {
        "status": 200,
        "roleMap": _NEW,
        "version": answer["version"],
        "findings": [],
        "effectiveWithinSeconds": 60,
        "recordTtlSeconds": 30,
    }
    assert answer["version"] == _version(admin) != before
    assert json.loads(admin.stored(ROLES_NAME)) == _NEW


def test_the_first_role_map_is_created(admin: Admin) -> None:
    """Under the name that the deployment gives it."""
    _delete(admin)
    answer = admin("roles.put", roleMap=_NEW)
    assert (answer["status"], answer["version"]) == (200, _version(admin))
    assert json.loads(admin.stored(ROLES_NAME)) == _NEW


_ANY_KEY: dict[str, Any] = {"unmapped": "any-key", "roles": {"A": {}}}
_DENYING: dict[str, Any] = {"roles": {"A": {"deny": ["GET /a"]}}}


@pytest.mark.parametrize(
    ("found", "begins"),
    [
        (_ANY_KEY, ['unmapped = "any-key" is']),
        (_DENYING, ["deny is"]),
        (_ANY_KEY | _DENYING, ['unmapped = "any-key" is', "deny is"]),
    ],
)
def test_any_key_and_deny_are_warned_of_once_each(
    admin: Admin, found: dict[str, Any], begins: list[str]
) -> None:
    """Stored all the same: the operator may know better, and was told."""
    answer = admin("roles.put", roleMap=found)
    said = [f["message"].partition(" for APIs")[0] for f in answer["findings"]]
    assert (answer["status"], said) == (200, begins)
    assert admin("roles.check", roleMap=found)["findings"] == answer["findings"]
    found = found | {"roles": found["roles"] | {"B": {"allow": ["GET /b"]}}}
    assert admin("roles.put", roleMap=found)["findings"] == []


@pytest.mark.parametrize("field", ["allow", "deny"])
def test_a_name_after_a_colon_is_warned_of(admin: Admin, field: str) -> None:
    """As Express spells a parameter; here it is a text like any other."""
    routes = ["GET /a/:id/b", "GET /:8/x:y/:", {"route": "GET /b/:c_D", "reads": True}]
    answer = admin("roles.check", roleMap={"roles": {"A": {field: routes}}})
    messages = [finding["message"] for finding in answer["findings"]]
    spelled = [message for message in messages if "very text" in message]
    assert spelled == [
        f"roles.A.{field}: 'GET /a/:id/b' is for the very text ':id'; "
        "did you mean {id}?",
        f"roles.A.{field}: 'GET /b/:c_D' is for the very text ':c_D'; "
        "did you mean {c_D}?",
    ]


def _refusing(message: str, *roles: str, route: str = "") -> dict[str, Any]:
    found = {"roles": list(roles), "route": route, "message": message}
    return {"grade": "refuse", **found}


_BAD: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({}, [_refusing("roles: is a table of roles")]),
    (
        {"roles": {"a": {}, "B": {"allow": ["GET a"]}}, "x": 1},
        [
            _refusing("x: is not a field of a role map (unmapped, roles, apis)"),
            _refusing("roles.a: a role's name is [A-Z][A-Z0-9_]{0,63}"),
            _refusing(
                "roles.B.allow[0]: a path begins with / and has at most 256 characters"
            ),
        ],
    ),
    (
        {
            "roles": {
                "A": {"allow": ["GET /{x}/{y}", "GET /a/{x}/b"]},
                "B": {"allow": ["GET /a/{x}"]},
            }
        },
        [
            _refusing(
                "'GET /a/{x}/b' is shut: IAM has no other way to shut 'GET /a/{x}', "
                "which is not held; let one role have both, or change a segment of one",
                "A",
                route="GET /a/{x}/b",
            )
        ],
    ),
]


@pytest.mark.parametrize(("role_map", "findings"), _BAD)
def test_a_bad_role_map_is_refused_with_every_finding(
    admin: Admin, role_map: dict[str, Any], findings: list[dict[str, Any]]
) -> None:
    """400 with those that refuse it, and the old one stays."""
    before = admin.contents()
    messages = [finding["message"] for finding in findings]
    assert admin("roles.put", roleMap=role_map) == {
        "status": 400,
        "error": {
            "code": "invalid_role_map",
            "message": f"roleMap: {'; '.join(messages)}",
            "field": "roleMap",
            "findings": findings,
        },
    }
    assert admin.contents() == before


def test_a_map_with_graver_findings_than_warnings_may_be_stored(admin: Admin) -> None:
    """Only some roles may not be held together; the finding names them."""
    roles = {
        "A": {"allow": ["GET /{x}/{y}"]},
        "B": {"allow": ["GET /a/{x}/b"]},
        "C": {"allow": ["GET /a/{x}"]},
    }
    answer = admin("roles.put", roleMap={"roles": roles})
    found = answer["findings"][0]
    assert (answer["status"], found["grade"]) == (200, "restrict")
    assert (found["roles"], found["route"]) == (["A", "B"], "GET /a/{x}/b")


def test_a_role_map_too_long_to_store_is_refused(admin: Admin) -> None:
    """64 KiB is what Secrets Manager takes."""
    roles = {f"R{n}": {"allow": [f"GET /{'a' * 200}/{n}"]} for n in range(300)}
    before = admin.contents()
    answer = admin("roles.put", roleMap={"roles": roles})
    message = "roleMap: longer than 65536 bytes as JSON"
    assert (answer["status"], answer["error"]["message"]) == (400, message)
    assert admin.contents() == before


def test_a_version_may_be_asked_for(admin: Admin) -> None:
    """The one that was read: done; another: 409 and nothing is written."""
    version = _version(admin)
    done = admin("roles.put", roleMap=_NEW, ifVersion=version)
    before = admin.contents()
    stale = admin("roles.put", roleMap=_NEW, ifVersion=version)
    assert (done["status"], stale) == (
        200,
        {
            "status": 409,
            "error": {
                "code": "version_conflict",
                "message": "the role map was changed by somebody else; read it again",
            },
        },
    )
    assert admin.contents() == before


def test_a_version_of_a_map_that_is_not_there_is_stale(admin: Admin) -> None:
    """Nothing is created on an outdated wish."""
    _delete(admin)
    before = admin.contents()
    assert admin("roles.put", roleMap=_NEW, ifVersion="0" * 36)["status"] == 409
    assert admin.contents() == before


def _theirs(admin: Admin) -> None:
    admin.overwrite(ROLES_NAME, json.dumps({"roles": {"THEIRS": {}}}))


def _created_by_them(admin: Admin) -> None:
    admin.secrets.create_secret(Name=ROLES_NAME, SecretString='{"roles": {}}')


@pytest.mark.only_in("secretsmanager")
@pytest.mark.parametrize(
    ("prepare", "method", "act"),
    [
        (lambda _admin: None, "replace", _theirs),
        (_delete, "create", _created_by_them),
    ],
)
def test_a_write_in_between_wins_and_the_loser_is_told(
    admin: Admin,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Admin], None],
    method: str,
    act: Callable[[Admin], None],
) -> None:
    """409, whether the map was there before or not; theirs stays."""
    prepare(admin)
    store = type(admin.deployment.store)
    write = getattr(store, method)

    def overtaken(*arguments: object) -> object:
        act(admin)
        return write(*arguments)

    monkeypatch.setattr(store, method, overtaken)
    answer = admin("roles.put", roleMap=_NEW)
    assert (answer["status"], answer["error"]["code"]) == (409, "version_conflict")
    assert json.loads(admin.stored(ROLES_NAME)) != _NEW


@pytest.mark.parametrize(
    ("role_map", "is_valid", "refused"),
    [(_NEW, True, []), *((found, False, refused) for found, refused in _BAD)],
)
def test_checking_a_role_map_stores_nothing(
    admin: Admin,
    role_map: dict[str, Any],
    refused: list[dict[str, Any]],
    *,
    is_valid: bool,
) -> None:
    """200 with all that there is to say, what ``roles.put`` would refuse first."""
    before = admin.contents()
    answer = admin("roles.check", roleMap=role_map)
    assert (answer["status"], answer["isValid"]) == (200, is_valid)
    assert answer["findings"][: len(refused)] == refused
    grades = [finding["grade"] for finding in answer["findings"]]
    assert grades.count("refuse") == len(refused)
    assert admin.contents() == before


def test_a_map_without_roles_is_stored_only_if_it_is_meant(admin: Admin) -> None:
    """It locks everybody out: 400 without ``allowEmpty``."""
    before = admin.contents()
    for empty in ({"roles": {}}, {"unmapped": "any-key", "roles": {}}):
        answer = admin("roles.put", roleMap=empty)
        assert (answer["status"], answer["error"]["field"]) == (400, "roleMap")
        assert "allowEmpty" in answer["error"]["message"]
    assert admin.contents() == before
    assert admin("roles.put", roleMap={"roles": {}}, allowEmpty=True)["status"] == 200


@pytest.mark.parametrize(("ttl", "own"), [("0", 1), ("1", 1), ("30", 30)])
def test_a_new_role_map_is_in_force_once_the_authorizer_reads_it(
    aws: None, ttl: str, own: int
) -> None:
    """It reads its own secrets once a second at most, whatever the record TTL is."""
    del aws
    admin = Admin(RECORD_TTL_SECONDS=ttl)
    answer = admin("roles.put", roleMap=_NEW)
    assert answer["effectiveWithinSeconds"] == 30 + own
    assert answer["recordTtlSeconds"] == own
    assert admin("disable", keyId=admin.issued()[0].key_id)[
        "effectiveWithinSeconds"
    ] == 30 + int(ttl)


def test_the_stored_map_is_checked_where_none_is_given(admin: Admin) -> None:
    """With each route that opens less than before ``{name}`` was exact."""
    roles = {"A": {"allow": ["GET /a/{id}", "GET /b"]}}
    admin.overwrite(ROLES_NAME, json.dumps({"roles": roles}))
    assert admin("roles.check") == {
        "status": 200,
        "isValid": True,
        "findings": [],
        "opensNoLonger": [
            {"role": "A", "route": "GET /a/{id}", "requests": ["*/", "*/*/*/*"]}
        ],
    }
    assert "opensNoLonger" not in admin("roles.check", roleMap={"roles": roles})


@pytest.mark.parametrize(
    ("text", "status"), [(None, 404), ("not JSON", 200), ('{"roles": 5}', 200)]
)
def test_a_stored_map_that_is_none_has_findings(
    admin: Admin, text: str | None, status: int
) -> None:
    """404 where there is none at all."""
    if text is None:
        admin.secrets.delete_secret(SecretId=ROLES_NAME)
    else:
        admin.overwrite(ROLES_NAME, text)
    answer = admin("roles.check")
    assert answer["status"] == status
    if status == 200:
        assert answer["isValid"] is False
        assert [finding["grade"] for finding in answer["findings"]] == ["refuse"]
        assert "opensNoLonger" not in answer


def test_a_stored_map_that_is_too_intricate_is_found_to_be_so(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it opens no longer is not listed."""
    monkeypatch.setattr(role_map_actions, "MOST_WORK", 1)
    admin.overwrite(ROLES_NAME, json.dumps({"roles": {"A": {"allow": ["GET /a/{x}"]}}}))
    answer = admin("roles.check")
    assert (answer["status"], "opensNoLonger" in answer) == (200, False)


_SPLIT = {
    "roles": {"READER": {"allow": ["GET /reports/*"]}},
    "apis": {
        "abc": {"roles": {"WRITER": {"allow": ["POST /reports"]}}},
        "abc/dev": {"unmapped": "any-key", "roles": {}},
    },
}


def test_a_map_that_is_split_by_api_is_stored_and_shown(admin: Admin) -> None:
    """With a finding for each map that lacks a role of another's."""
    answer = admin("roles.put", roleMap=_SPLIT)
    assert answer["status"] == 200
    assert admin("roles.get")["roleMap"] == _SPLIT
    lacking = {
        (finding.get("api"), " ".join(finding["roles"]))
        for finding in answer["findings"]
        if "nothing is open to" in finding["message"]
    }
    assert lacking == {
        (None, "WRITER"),
        ("abc", "READER"),
        ("abc/dev", "READER WRITER"),
    }


def test_what_is_wrong_at_an_api_refuses_the_whole_map(admin: Admin) -> None:
    """Of the form and of the policies; the stored one stays."""
    before = admin("roles.get")["version"]
    for one in ({"roles": {"A": {"allow": ["GET /a/"]}}}, {"roles": []}):
        answer = admin("roles.put", roleMap=_SPLIT | {"apis": {"abc": one}})
        assert answer["status"] == 400
        assert admin("roles.get")["version"] == before
    empty = {"apis": {"abc": {"roles": {}}}}
    assert admin("roles.put", roleMap=empty)["error"]["field"] == "roleMap"
    assert admin("roles.put", roleMap=empty, allowEmpty=True)["status"] == 200


def test_a_role_is_known_wherever_it_is_named(admin: Admin) -> None:
    """At the top level or for only one API."""
    admin("roles.put", roleMap=_SPLIT)
    assert admin("issue", client="Acme", roles=["WRITER"])["status"] == 201
    answer = admin("issue", client="Acme", roles=["NOBODY"])
    assert answer["error"]["field"] == "roles"


def test_roles_are_sized_and_lose_routes_at_each_api(admin: Admin) -> None:
    """What is too much at one of them is refused, with its name."""
    wide = {
        name: {"allow": [f"GET /{name.lower() * 40}/{n:03}" for n in range(40)]}
        for name in ("A", "B")
    }
    named = {name: {} for name in wide}
    admin("roles.put", roleMap={"roles": named, "apis": {"abc": {"roles": wide}}})
    assert admin("issue", client="Acme", roles=["A"])["status"] == 201
    answer = admin("issue", client="Acme", roles=["A", "B"])
    assert answer["status"] == 400
    assert "bytes at abc, at most 8192 fit" in answer["error"]["message"]
    losing = {
        "A": {"allow": ["GET /{x}/{y}"]},
        "B": {"allow": ["GET /a/{x}/b"]},
        "C": {"allow": ["GET /a/{x}"]},
    }
    named = {name: {} for name in losing}
    admin("roles.put", roleMap={"roles": named, "apis": {"abc/dev": {"roles": losing}}})
    answer = admin("issue", client="Acme", roles=["A", "B"])
    assert answer["status"] == 400
    assert answer["error"]["findings"][0]["api"] == "abc/dev"
    assert "abc/dev: A and B: " in answer["error"]["message"]


def test_a_key_without_roles_is_told_of_any_key_at_any_api(admin: Admin) -> None:
    """Somewhere it opens routes, and a limited function may not issue it."""
    admin("roles.put", roleMap=_SPLIT)
    answer = admin("issue", client="Acme")
    assert "opens every route that no role names" in answer["findings"][0]["message"]
    limited = Admin(GRANTABLE_ROLES="READER")
    assert limited("issue", client="Acme")["status"] == 403


def test_verify_judges_at_an_api_and_a_stage(admin: Admin) -> None:
    """Without them: whether anything is open anywhere, and routes of the top level."""
    admin("roles.put", roleMap=_SPLIT)
    key, _ = admin.issued(roles=["WRITER"])

    def verify(**fields: str) -> tuple[str, object]:
        answer = admin("verify", credential=key.text, **fields)
        return answer["reason"], answer.get("route", {}).get("open")

    assert verify() == ("granted", None)
    assert verify(api="abc", stage="prod") == ("granted", None)
    assert verify(api="other") == ("no_role", None)
    assert verify(api="abc", route="POST /reports") == ("granted", True)
    assert verify(api="abc", stage="dev", route="POST /reports") == ("granted", True)
    assert verify(api="abc", stage="dev", route="GET /x") == ("granted", True)
    assert verify(route="POST /reports") == ("granted", False)
    for fields in ({"stage": "dev"}, {"api": "a-b"}, {"api": "abc", "stage": "*"}):
        answer = admin("verify", credential=key.text, **fields)
        assert answer["status"] == 400
