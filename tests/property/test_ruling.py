"""What is said of one request is what the policy decides and the rules say."""

from __future__ import annotations

from random import Random  # noqa: TID251 - the same maps at every run

import pytest

from apikeys import ruling
from apikeys.reach import opens
from apikeys.roles import RoleMap
from tests import triples
from tests.meaning import Meaning


@pytest.mark.parametrize(("unmapped", "seed"), [("deny", 11), ("any-key", 12)])
def test_the_verdict_is_the_policys_and_the_reason_the_rules(
    unmapped: str, seed: int
) -> None:
    """The rules as the tests' own oracle reads them; a difference has its finding."""
    random = Random(seed)  # noqa: S311 - no secret
    differences = 0
    for _ in range(250):
        found = triples.random_map(random, unmapped)
        meaning, role_map = Meaning(found), RoleMap.parse(found)
        names = random.sample(list(found["roles"]), random.randint(0, 2))
        read_only = random.random() < 0.3
        grant = role_map.grant(names, read_only=read_only)
        for _ in range(12):
            call = triples.random_call(random, meaning)
            try:
                asked = ruling.Request(f"{call.method} {call.path}")
            except ValueError:
                continue
            said = ruling.judge(role_map, names, asked, read_only=read_only)
            should_be = meaning.opens(set(names), call, read_only=read_only)
            assert said["open"] == opens(grant, call.method, call.path)
            assert set(said["roles"]) <= set(names)
            if said["open"] == should_be:
                assert "finding" not in said, (found, names, call, said)
                assert should_be or not said["roles"]
                assert not should_be or said["roles"] or unmapped == "any-key"
                continue
            differences += 1
            assert "beyond the rules" not in said.get("finding", ""), (found, call)
            assert "finding" in said or "percent-encodes" in said["reason"]
    assert differences
