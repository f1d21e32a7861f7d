"""Role maps that were accepted before ``{name}`` was exact, in both compilers."""

from __future__ import annotations

import tomllib
from collections import Counter
from itertools import chain, combinations
from random import Random  # noqa: TID251 - the same maps at every run
from typing import TYPE_CHECKING, Any

import pytest

from apikeys.access import Work
from apikeys.errors import MalformedRoleMapError
from apikeys.migration import opens_no_longer
from apikeys.policy import MAX_BYTES, policy_document, size
from apikeys.roles import RoleMap
from local.checkout import ROOT
from tests import iam
from tests.builders import NOW, STAGE_ARN
from tests.former.conflicts import check_role_map
from tests.former.roles import RoleMap as FormerMap
from tests.meaning import Meaning, encoded
from tests.triples import faults, random_call, random_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.meaning import Call

_OLD = ("example-api.toml", "hopex.toml", "ontopop.toml")


def _accepted(seed: int, unmapped: str, count: int) -> Iterator[dict[str, Any]]:
    """Yield maps that the former check accepts, some with a slash at a path's end."""
    random = Random(seed)  # noqa: S311 - no secret
    while count:
        found = random_map(random, unmapped)
        for role in found["roles"].values():
            if random.random() < 0.2:
                role["allow"].append(f"GET /{random.choice('abc')}/")
        try:
            check_role_map(FormerMap.parse(found))
        except MalformedRoleMapError:
            continue
        count -= 1
        yield found


def _examples() -> Iterator[dict[str, Any]]:
    for name in _OLD:
        yield tomllib.loads((ROOT / "examples" / "roles" / name).read_text())


def _opens(grant: Any, call: Call) -> bool:
    policy = policy_document(grant, STAGE_ARN, None)
    return iam.is_allowed(policy, f"{STAGE_ARN}/{call.method}{call.path}", NOW)


@pytest.mark.parametrize(("unmapped", "seed"), [("deny", 21), ("any-key", 22)])
def test_nothing_opens_that_did_not_open_before(unmapped: str, seed: int) -> None:
    """For any roles of a map that was accepted, random or an example."""
    random, opened = Random(seed), 0  # noqa: S311 - no secret
    for found in chain(_accepted(seed, unmapped, 150), _examples()):
        before, after = FormerMap.parse(found), RoleMap.parse(found)
        calls = [random_call(random, Meaning(found)) for _ in range(40)]
        names = list(found["roles"])
        for held in chain.from_iterable(combinations(names, n) for n in range(3)):
            for read_only in (False, True):
                former = before.grant(held, read_only=read_only)
                grant = after.grant(held, read_only=read_only)
                for call in calls:
                    if _opens(grant, call):
                        opened += 1
                        assert _opens(former, call), (found, held, call)
    assert opened > 10_000


@pytest.mark.parametrize(("unmapped", "seed"), [("deny", 23), ("any-key", 24)])
def test_what_opens_no_longer_is_listed(unmapped: str, seed: int) -> None:
    """For each role and route, but for letters that need no encoding."""
    random, lost = Random(seed), 0  # noqa: S311 - no secret
    for found in chain(_accepted(seed, unmapped, 150), _examples()):
        before, after = FormerMap.parse(found), RoleMap.parse(found)
        listed = list(opens_no_longer(after, Work(1_000_000)))
        calls = [random_call(random, Meaning(found)) for _ in range(60)]
        for name in ("", *found["roles"]):
            former, grant = before.grant([name]), after.grant([name])
            patterns = [
                p for role, _, all_ in listed for p in all_ if role in {name, ""}
            ]
            for call in calls:
                if _opens(former, call) and not _opens(grant, call):
                    lost += 1
                    text = call.method + call.path
                    assert encoded(call) or any(
                        iam.matches(pattern, text) for pattern in patterns
                    ), (found, name, call)
    assert lost > 20


@pytest.mark.parametrize(("unmapped", "seed"), [("deny", 25), ("any-key", 26)])
def test_a_stored_map_with_slashes_at_the_end_of_paths_fails_shut(
    unmapped: str, seed: int
) -> None:
    """Such routes are refused now; those there are open nothing beyond the rules."""
    random, counts = Random(seed), Counter[str]()  # noqa: S311 - no secret
    while counts["triples"] < 15_000:
        found = random_map(random, unmapped)
        for role in found["roles"].values():
            role["allow"] = [
                f"{entry}/" if _may_end_in_a_slash(entry, random) else entry
                for entry in role["allow"]
            ]
        wrong = [fault.kind for fault in faults(found, random, counts)]
        assert set(wrong) <= {"closed"}
    assert counts["closed"] < counts["open"] / 100


def _may_end_in_a_slash(entry: object, random: Random) -> bool:
    return isinstance(entry, str) and entry[-1] not in "*/" and random.random() < 0.3


def test_the_examples_of_before_still_fit() -> None:
    """Every set of roles that fitted into a policy does."""
    for found in _examples():
        before, after = FormerMap.parse(found), RoleMap.parse(found)
        names = list(found["roles"])
        for held in chain.from_iterable(
            combinations(names, n) for n in range(len(names) + 1)
        ):
            former = policy_document(before.grant(held), STAGE_ARN, None)  # type: ignore[arg-type]
            policy = policy_document(after.grant(held), STAGE_ARN, None)
            assert size(policy) <= MAX_BYTES or size(former) > MAX_BYTES
