"""One authorizer and one key for every kind of API: against the deployed stack."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from local import checkout
from local.clients import basic
from local.kinds import HTTP, HTTP_FORMAT_1, HTTP_STAGE, REST, TOKEN, WEBSOCKET, Kind
from local.scenarios.keys import MANAGEMENT, TRIPLESTORE, forged, never_issued
from local.scenarios.kinds import tell_of_kinds
from local.websocket import OPENED

if TYPE_CHECKING:
    from local.clients import Answer
    from local.deployment import Stack
    from tests.integration.deployed import BothKinds

pytestmark = pytest.mark.deployed

KINDS = (REST, TOKEN, HTTP, HTTP_STAGE, HTTP_FORMAT_1, WEBSOCKET)
REFUSED = (
    "malformed",
    "forged",
    "unknown",
    "disabled",
    "expired",
    "revoked",
)


class Keys(NamedTuple):
    """Keys by what becomes of them; a failing test does not print one."""

    by_name: dict[str, str]
    good_id: str

    def __repr__(self) -> str:
        """Show what keys there are."""
        return f"Keys({', '.join(self.by_name)})"


def act(stack: Stack, action: str, **fields: object) -> Any:
    """Return the answer of the deployed admin function."""
    answer = stack.emulator.client("lambda").invoke(
        FunctionName=stack.admin_function,
        Payload=json.dumps({"action": action, **fields}),
    )
    body = json.load(answer["Payload"])
    assert body["status"] < 300, body.get("error")
    return body


@pytest.fixture(scope="module")
def keys(stack: Stack) -> Keys:
    """Return a key of each fate, none of which was presented yet."""

    def issued(role: str = MANAGEMENT, **fields: object) -> tuple[str, str]:
        answer = act(stack, "issue", client="Kinds", roles=[role], **fields)
        return answer["key"], answer["record"]["keyId"]

    ends = time.time() + 5
    expiring = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends))
    expired, _ = issued(expirationDate=expiring)
    good, good_id = issued()
    disabled, disabled_id = issued()
    act(stack, "disable", keyId=disabled_id)
    revoked, revoked_id = issued()
    act(stack, "revoke", keyId=revoked_id)
    wrong_role, _ = issued(TRIPLESTORE)
    time.sleep(max(0.0, ends - time.time()))
    return Keys(
        {
            "malformed": f"{good[:-1]}!",
            "forged": forged(good),
            "unknown": never_issued(stack),
            "disabled": disabled,
            "expired": expired,
            "revoked": revoked,
            "wrong role": wrong_role,
            "good": good,
        },
        good_id,
    )


@pytest.fixture(scope="module")
def answers(stack: Stack, keys: Keys) -> dict[Kind, dict[str, Answer]]:
    """Return what each kind answers to each key, and to none."""
    found: dict[Kind, dict[str, Answer]] = {}
    for kind in KINDS:
        found[kind] = {"missing": kind.call(stack, "/whoami", None)}
        for name, key in keys.by_name.items():
            # A role that opens another tree of routes opens whoami, but no WebSocket.
            path = "/management/users" if name == "wrong role" else "/whoami"
            found[kind][name] = kind.call(stack, path, key)
    return found


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_each_kind_answers_each_credential(
    answers: dict[Kind, dict[str, Answer]], kind: Kind
) -> None:
    """200 for the good key only, 403 for a role that lacks the route, else refused.

    Where the emulator answers otherwise than AWS, ``local.kinds`` says so.
    """
    found = {name: answer.status for name, answer in answers[kind].items()}
    assert found == {
        "missing": 401,
        **dict.fromkeys(REFUSED, kind.refused),
        "wrong role": 403,
        "good": OPENED if kind is WEBSOCKET else 200,
    }


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_refusal_says_nothing_of_its_reason(
    answers: dict[Kind, dict[str, Answer]], kind: Kind
) -> None:
    """The answer is the same to the byte for every reason."""
    assert len({answers[kind][name] for name in REFUSED}) == 1


@pytest.mark.parametrize("version", ["2.0", "1.0"])
def test_an_http_api_is_answered_by_a_deny(
    stack: Stack, keys: Keys, version: str
) -> None:
    """An event as AWS shapes it, and one policy, the same to the byte, each reason.

    By the deployed function itself: the emulator's events of format 1.0 lack their
    version.
    """
    event = json.loads(
        (checkout.ROOT / "events" / f"http-api-{version}.json").read_text()
    )
    name = "x-api-key" if version == "2.0" else "X-API-Key"
    client = stack.emulator.client("lambda")
    function = stack.outputs["AuthorizerFunctionArn"]

    def answered(key: str) -> bytes:
        headers = {**event["headers"], name: key}
        payload = json.dumps({**event, "headers": headers})
        answer = client.invoke(FunctionName=function, Payload=payload)
        assert "FunctionError" not in answer
        found: bytes = answer["Payload"].read()
        return found

    [refusal] = {answered(keys.by_name[name]) for name in REFUSED} | {answered("")}
    arn = event["routeArn" if version == "2.0" else "methodArn"]
    stage = "/".join(arn.split("/")[:2])
    assert json.loads(refusal) == {
        "principalId": "refused",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Deny",
                    "Resource": [f"{stage}/*"],
                }
            ],
        },
    }
    good = json.loads(answered(keys.by_name["good"]))
    assert good["principalId"] == keys.good_id
    assert good["context"]["keyId"] == keys.good_id


def test_one_key_is_good_for_every_kind_at_the_same_time(
    stack: Stack, keys: Keys
) -> None:
    """One authorizer, asked by all APIs at once, tells each back end the same."""

    def asked(kind: Kind) -> tuple[str, int, str | None]:
        answer = kind.call(stack, "/whoami", keys.by_name["good"])
        told = json.loads(answer.body)
        # Format 1.0 has no route of its own for whoami.
        return kind.name, answer.status, told.get("keyId", told["client"])

    with ThreadPoolExecutor(len(KINDS)) as pool:
        found = list(pool.map(asked, KINDS * 2))
    status = {kind: OPENED if kind is WEBSOCKET else 200 for kind in KINDS}
    told = {kind: "Kinds" if kind is HTTP_FORMAT_1 else keys.good_id for kind in KINDS}
    assert found == [(kind.name, status[kind], told[kind]) for kind in KINDS] * 2


@pytest.mark.parametrize(
    "kind", [TOKEN, HTTP, HTTP_STAGE, HTTP_FORMAT_1], ids=lambda kind: kind.name
)
def test_a_cached_policy_opens_each_route_of_the_role(
    stack: Stack, keys: Keys, kind: Kind
) -> None:
    """Within the gateway's cache each route is judged for itself, in any order."""
    paths = ["/triplestore/q", "/management/a", "/triplestore", "/whoami"]
    key = keys.by_name["good"]
    found = [kind.call(stack, path, key).status for path in paths]
    assert found == [403, 200, 403, 200]


def test_a_route_that_nobody_named_is_judged_too(stack: Stack, keys: Keys) -> None:
    """``$default`` takes it, behind the same authorizer."""
    key = keys.by_name["good"]
    assert HTTP.call(stack, "/nowhere", None).status == 401
    assert HTTP.call(stack, "/nowhere", key).status == 403
    assert HTTP.call(stack, "/management", key, "POST").status == 200


def test_every_request_of_the_demo_gets_the_status_it_must(stack: Stack) -> None:
    """The second act: each kind before and after its one key is revoked."""
    rows = list(tell_of_kinds(stack))
    assert [(r.request, r.got) for r in rows] == [(r.request, r.expected) for r in rows]


def test_a_login_is_good_for_every_kind(both_kinds: BothKinds) -> None:
    """As well as keys, by the header that each kind is given; only one, never both."""
    stack = both_kinds.stack
    account = act(stack, "issue", client="Kinds", login="all-kinds", roles=[MANAGEMENT])
    key = act(stack, "issue", client="Kinds", roles=[MANAGEMENT])["key"]
    login = {"Authorization": basic("all-kinds", account["password"])}
    wrong = {"Authorization": basic("all-kinds", "wrong")}
    for kind in KINDS:
        good = OPENED if kind is WEBSOCKET else 200
        # A TOKEN authorizer is handed one header, whatever is in it.
        with_key = {"Authorization" if kind is TOKEN else "X-API-Key": key}
        found = {
            "login": kind.send(stack, "/whoami", login).status,
            "key": kind.send(stack, "/whoami", with_key).status,
            "wrong password": kind.send(stack, "/whoami", wrong).status,
            "none": kind.send(stack, "/whoami", {}).status,
        }
        if kind is not TOKEN:
            both = kind.send(stack, "/whoami", login | with_key)
            found["both"] = both.status
        refused = dict.fromkeys(("wrong password", "none", "both"), kind.refused)
        if kind is TOKEN:
            del refused["both"]
        assert found == {"login": good, "key": good} | refused, kind.name
