"""Answers, compiled once for each record, role map and stage."""

from __future__ import annotations

import json

import pytest

from apikeys.errors import MisconfiguredError
from apikeys.method_arn import MethodArn
from apikeys.record import Record
from apikeys.roles import RoleMap
from authorizer.policy_cache import PolicyCache
from tests.builders import (
    LATER,
    ROLE_MAP,
    STAGE_ARN,
    a_key,
    login_text,
    record_text,
)

_KEY = a_key()


def _at(stage_arn: str) -> MethodArn:
    return MethodArn.parse(f"{stage_arn}/GET/reports/7")


_METHOD_ARN = _at(STAGE_ARN)


def _record(**changes: object) -> Record:
    return Record.parse(record_text(_KEY, **changes), key_id=_KEY.key_id)


def _role_map() -> RoleMap:
    return RoleMap.parse(ROLE_MAP)


def test_an_answer_is_compiled_once() -> None:
    """For the very record and role map that were read."""
    policy_cache, record, role_map = PolicyCache("aws:SourceIp"), _record(), _role_map()
    first = policy_cache.of(record, role_map, _METHOD_ARN)
    assert policy_cache.of(record, role_map, _METHOD_ARN) is first
    assert first.opens_a_route
    assert first.content["principalId"] == _KEY.key_id


def test_a_record_that_was_read_again_is_compiled_again() -> None:
    """Its roles may be others."""
    policy_cache, role_map = PolicyCache("aws:SourceIp"), _role_map()
    opens = [
        policy_cache.of(_record(roles=roles), role_map, _METHOD_ARN).opens_a_route
        for roles in (["READER"], [], ["READER"])
    ]
    assert opens == [True, False, True]


def test_a_role_map_that_was_read_again_is_compiled_again() -> None:
    """What a role opens may be other routes."""
    policy_cache, record = PolicyCache("aws:SourceIp"), _record()
    opens = [
        policy_cache.of(record, RoleMap.parse(found), _METHOD_ARN).opens_a_route
        for found in (ROLE_MAP, {"roles": {}}, ROLE_MAP)
    ]
    assert opens == [True, False, True]


def test_every_stage_has_its_own_answer() -> None:
    """A policy of one stage, or of one API, never serves another."""
    policy_cache, record, role_map = PolicyCache("aws:SourceIp"), _record(), _role_map()
    stages = [STAGE_ARN, f"{STAGE_ARN}2", STAGE_ARN.replace("a1b2", "z9z9")]
    for stage in stages * 2:
        text = json.dumps(policy_cache.of(record, role_map, _at(stage)).content)
        assert f'"{stage}/GET/reports/*"' in text
        assert sum(f'"{other}/' in text for other in stages) == 1


def test_a_policy_that_is_too_long_is_a_fault_every_time() -> None:
    """And nothing is kept of it."""
    routes = [f"GET /{'a' * 90}/{number:04}" for number in range(90)]
    role_map = RoleMap.parse({"roles": {"READER": {"allow": routes}}})
    policy_cache, record = PolicyCache("aws:SourceIp"), _record()
    for _ in range(2):
        with pytest.raises(MisconfiguredError, match=r"is over 8192 bytes$"):
            policy_cache.of(record, role_map, _METHOD_ARN)
    assert len(policy_cache._cache) == 0


def test_denials_that_are_too_long_are_not_a_fault() -> None:
    """They close more instead, and the answer says so."""
    roles = {"READER": {"allow": ["GET /a/{x}", "GET /b"]}}
    for n in range(200):
        roles[f"R{n}"] = {"allow": [f"GET /a/{'x' * 60}{n:03}"]}
    role_map = RoleMap.parse({"roles": roles})
    answer = PolicyCache("aws:SourceIp").of(_record(), role_map, _METHOD_ARN)
    assert answer.opens_a_route
    policy = json.dumps(answer.content["policyDocument"], separators=(",", ":"))
    assert len(policy) <= 8_192
    assert any("more requests are shut" in message for message in answer.shut)


def test_what_is_shut_is_said_with_ten_sentences_at_most() -> None:
    """Of routes that the record's roles hold; none for what they open as they say."""
    roles = {"READER": {"allow": ["GET /{x}/{y}"]}}
    for n in range(20):
        roles["READER"]["allow"].append(f"GET /{n}/{{x}}/b")
        roles[f"R{n}"] = {"allow": [f"GET /{n}/{{x}}"]}
    shut = (
        PolicyCache("aws:SourceIp")
        .of(_record(), RoleMap.parse({"roles": roles}), _METHOD_ARN)
        .shut
    )
    assert len(shut) == 10
    assert all("is shut" in message for message in shut)
    assert (
        PolicyCache("aws:SourceIp").of(_record(), _role_map(), _METHOD_ARN).shut == ()
    )


def test_a_policy_of_exactly_8_kb_is_answered() -> None:
    """The bound itself is within."""

    def length(last: str) -> int:
        role_map = RoleMap.parse({"roles": {"READER": {"allow": [*routes, last]}}})
        content = (
            PolicyCache("aws:SourceIp").of(_record(), role_map, _METHOD_ARN).content
        )
        policy = json.dumps(content["policyDocument"], separators=(",", ":"))
        return len(policy)

    routes = [f"GET /{'a' * 90}/{number:04}" for number in range(48)]
    missing = 8_192 - length("GET /")
    assert 0 < missing < 255
    assert length("GET /" + "b" * missing) == 8_192
    with pytest.raises(MisconfiguredError):
        length("GET /" + "b" * (missing + 1))


def test_the_memory_is_bounded_by_entries() -> None:
    """1,024 answers, whatever the number of stages and keys."""
    policy_cache, record, role_map = PolicyCache("aws:SourceIp"), _record(), _role_map()
    for number in range(1_030):
        policy_cache.of(record, role_map, _at(f"{STAGE_ARN}{number}"))
    assert len(policy_cache._cache) == 1_024


def test_the_memory_is_bounded_by_bytes() -> None:
    """4 MiB, of the policies and of the records that the answers keep alive."""
    policy_cache, role_map = PolicyCache("aws:SourceIp"), _role_map()
    record = _record(later="x" * 60_000)
    content = policy_cache.of(record, role_map, _METHOD_ARN).content
    policy = json.dumps(content["policyDocument"], separators=(",", ":"))
    for number in range(100, 200):
        policy_cache.of(record, role_map, _at(f"{STAGE_ARN[:-3]}{number}"))
    each = len(policy) + record.size
    assert len(policy_cache._cache) == 4 * 1_024 * 1_024 // each


def test_a_login_spelt_like_a_key_id_gets_its_own_answer() -> None:
    """What is known of one principal never serves another of the same name."""
    policy_cache, record, role_map = PolicyCache("aws:SourceIp"), _record(), _role_map()
    login = Record.parse(login_text(_KEY.key_id, "open sesame"), login=_KEY.key_id)
    kinds = [
        policy_cache.of(found, role_map, _METHOD_ARN).content["context"]
        for found in (record, login, record)
    ]
    shared = {
        "client": "Acme",
        "issuer": "Ops",
        "expirationDate": LATER,
        "roles": "READER",
    }
    key = shared | {"credential": "api-key", "keyId": _KEY.key_id}
    basic = shared | {"credential": "basic", "login": _KEY.key_id}
    assert kinds == [key, basic, key]


def test_every_api_and_stage_is_answered_by_its_own_map() -> None:
    """The stage's before the API's before the top level; each map is whole."""
    role_map = RoleMap.parse(
        {
            "roles": {"READER": {"allow": ["GET /top"]}},
            "apis": {
                "a1b2c3d4e5/prod": {"roles": {"READER": {"allow": ["GET /stage"]}}},
                "a1b2c3d4e5": {"roles": {"READER": {"allow": ["GET /api"]}}},
                "z9z9": {"roles": {"WRITER": {"allow": ["GET /other"]}}},
            },
        }
    )
    policy_cache, record = PolicyCache("aws:SourceIp"), _record()
    api = STAGE_ARN.rpartition("/")[0]
    expected = {
        f"{api}/prod": "GET/stage",
        f"{api}/dev": "GET/api",
        f"{api}/prod2": "GET/api",
        f"{api}2/prod": "GET/top",
    }
    for _ in range(2):
        for stage_arn, route in expected.items():
            content = policy_cache.of(record, role_map, _at(stage_arn)).content
            assert f'"{stage_arn}/{route}"' in json.dumps(content)
    answer = policy_cache.of(record, role_map, _at(f"{api[:-10]}z9z9/prod"))
    assert not answer.opens_a_route


def test_what_is_shut_is_said_once_though_maps_take_turns() -> None:
    """For each API's map, and not for each record that is compiled between."""
    routes = {"allow": ["GET /{x}/{y}", "GET /a/{x}/b"]}
    lacking = {"allow": ["GET /a/{x}"]}
    one = {"roles": {"READER": routes, "OTHER": lacking}}
    role_map = RoleMap.parse({**one, "apis": {"a1b2c3d4e5": one}})
    policy_cache = PolicyCache("aws:SourceIp")
    other_api = STAGE_ARN.replace("a1b2c3d4e5", "other")
    told = [
        bool(policy_cache.of(_record(), role_map, _at(stage_arn)).shut)
        for _ in range(2)
        for stage_arn in (STAGE_ARN, other_api)
    ]
    assert told == [True, True, False, False]
