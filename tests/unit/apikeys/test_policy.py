"""The answer to API Gateway: policy and context."""

from __future__ import annotations

import json

import pytest

from apikeys import policy
from apikeys.grants import Grant
from apikeys.record import Record
from apikeys.roles import RoleMap
from tests.builders import LATER, NOW, ROLE_MAP, STAGE_ARN, a_key, record_text

_KEY = a_key()
_ALLOW = {"Action": "execute-api:Invoke", "Effect": "Allow"}
_DENY = {"Action": "execute-api:Invoke", "Effect": "Deny"}
_SESSION = {
    "login": "mega",
    "environment": "Production",
    "repository": "Main",
    "profile": "Administrator",
    "sessionMode": "MULTI",
    "connectionMode": "READ_ONLY",
    "dataLanguage": "fr",
    "guiLanguage": "en",
    "password": "canary",
}


def _record(**changes: object) -> Record:
    return Record.parse(record_text(_KEY, **changes), key_id=_KEY.key_id)


def test_the_policy_lists_every_route_of_the_stage() -> None:
    """Allow with the end of the record, then what the roles deny."""
    grant = Grant(["GET/reports/*", "POST/reports"], ["GET/reports/internal/*"])
    assert policy.policy_document(grant, STAGE_ARN, NOW) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                **_ALLOW,
                "Resource": [f"{STAGE_ARN}/GET/reports/*", f"{STAGE_ARN}/POST/reports"],
                "Condition": {
                    "DateLessThan": {"aws:CurrentTime": "2027-01-15T08:00:00Z"}
                },
            },
            {**_DENY, "Resource": [f"{STAGE_ARN}/GET/reports/internal/*"]},
        ],
    }


def test_a_record_without_end_has_a_policy_without_condition() -> None:
    """And without a Deny where no role denies."""
    assert policy.policy_document(Grant(["GET/a"], []), STAGE_ARN, None) == {
        "Version": "2012-10-17",
        "Statement": [{**_ALLOW, "Resource": [f"{STAGE_ARN}/GET/a"]}],
    }


@pytest.mark.parametrize("key", policy.SOURCE_IP_KEYS)
def test_networks_are_a_deny_of_everything_from_elsewhere(key: str) -> None:
    """A statement of its own, so that it holds under the gateway's cache."""
    grant = Grant(["GET/a"], ["GET/a/b"])
    networks = ("203.0.113.0/24", "2001:db8::/32")
    plain = policy.policy_document(grant, STAGE_ARN, NOW)
    bound = policy.policy_document(grant, STAGE_ARN, NOW, networks, key)
    assert bound["Statement"] == [
        *plain["Statement"],  # type: ignore[misc]
        {
            **_DENY,
            "Resource": [f"{STAGE_ARN}/*"],
            "Condition": {"NotIpAddress": {key: list(networks)}},
        },
    ]
    longer = policy.size(bound) - policy.size(plain)
    longest = max(map(len, policy.SOURCE_IP_KEYS))
    assert policy.size_of_networks(STAGE_ARN, networks) == longer + longest - len(key)
    assert policy.size_of_networks(STAGE_ARN, ()) == 0


def test_every_end_is_a_condition() -> None:
    """Also the first second of all."""
    document = policy.policy_document(Grant(["GET/a"], []), STAGE_ARN, 0)
    assert '"aws:CurrentTime": "1970-01-01T00:00:00Z"' in json.dumps(document)


@pytest.mark.parametrize("expires_at", [None, NOW])
@pytest.mark.parametrize("deny", [[], ["GET/a"]])
def test_a_record_without_a_route_is_denied_everything(
    deny: list[str], expires_at: int | None
) -> None:
    """So the answer is 403: a policy without a statement would be a fault."""
    assert policy.policy_document(Grant([], deny), STAGE_ARN, expires_at) == {
        "Version": "2012-10-17",
        "Statement": [{**_DENY, "Resource": [f"{STAGE_ARN}/*"]}],
    }


@pytest.mark.parametrize(
    "stage_arn",
    [
        "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abc/prod",
        "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/$default",
    ],
)
def test_resources_are_in_the_partition_of_the_call(stage_arn: str) -> None:
    """GovCloud and China keep theirs."""
    found = policy.policy_document(Grant(["GET/a"], ["GET/b"]), stage_arn, None)
    statements = found["Statement"]
    assert isinstance(statements, list)
    assert [s["Resource"] for s in statements] == [
        [f"{stage_arn}/GET/a"],
        [f"{stage_arn}/GET/b"],
    ]


def test_the_size_is_that_of_the_json_in_bytes() -> None:
    """Compact, and non-ASCII counted as UTF-8."""
    assert policy.size({"a": ["é", 1]}) == len('{"a":["é",1]}'.encode()) == 14


def test_the_bound_of_a_policy_is_8_kb() -> None:
    """What API Gateway takes."""
    assert policy.MAX_BYTES == 8_192


def test_the_context_is_flat_and_has_no_secret() -> None:
    """Only strings, an allow-list: what the back end may know of the caller."""
    record = _record(
        name="Key of Zoë",
        roles=["writer", "READER"],
        session=_SESSION,
        usageIdentifierKey="canary",
        later="canary",
    )
    assert policy.context(record) == {
        "keyId": _KEY.key_id,
        "credential": "api-key",
        "client": "Acme",
        "issuer": "Ops",
        "name": "Key of Zoë",
        "roles": "READER WRITER",
        "expirationDate": LATER,
        "sessionLogin": "mega",
        "environment": "Production",
        "repository": "Main",
        "profile": "Administrator",
        "sessionMode": "MULTI",
        "connectionMode": "READ_ONLY",
        "dataLanguage": "fr",
        "guiLanguage": "en",
    }


def test_what_a_record_lacks_is_not_in_the_context() -> None:
    """No empty strings, no nulls; roles are always there."""
    record = _record(client=None, issuer=None, expirationDate=None, roles=None)
    assert policy.context(record) == {
        "keyId": _KEY.key_id,
        "credential": "api-key",
        "roles": "",
    }


def test_the_answer_names_the_key_id_as_principal() -> None:
    """Principal, policy and context, and nothing else."""
    record, document = _record(), {"Version": "2012-10-17", "Statement": []}
    assert policy.answer(record, document) == {
        "principalId": _KEY.key_id,
        "policyDocument": document,
        "context": policy.context(record),
    }


def test_the_answer_carries_the_usage_plan_key_of_the_record() -> None:
    """API Gateway throttles and meters by it."""
    record = _record(usageIdentifierKey="gateway key")
    assert policy.answer(record, {})["usageIdentifierKey"] == "gateway key"


def test_a_null_usage_plan_key_is_left_out() -> None:
    """API Gateway would take a null for a malformed answer."""
    assert "usageIdentifierKey" not in policy.answer(
        _record(usageIdentifierKey=None), {}
    )


def test_a_policy_of_the_role_map_is_json() -> None:
    """What is answered can be written as it is."""
    grant = RoleMap.parse(ROLE_MAP).grant(["READER", "ADMINISTRATOR"])
    document = policy.policy_document(grant, STAGE_ARN, NOW)
    assert json.loads(json.dumps(document)) == document
