"""The check of a role map finds what compiling every set of its roles finds."""

from __future__ import annotations

from itertools import combinations
from random import Random  # noqa: TID251 - the same maps at every run
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import check
from apikeys.check import MAX_FINDINGS
from apikeys.finding import REFUSE, RESTRICT
from apikeys.roles import RoleMap
from tests.triples import random_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys.finding import Finding

_MAPS = 400


def _compiled(role_map: RoleMap) -> Iterator[Finding]:
    names = list(role_map.roles)
    for size in range(len(names) + 1):
        for held in combinations(names, size):
            for read_only in (False, True):
                yield from role_map.grant(held, read_only=read_only).findings


def _says(found: Finding, finding: Finding) -> bool:
    """Return whether one finding warns of another, for no more roles than it has."""
    return (
        (found.route, found.opens) == (finding.route, finding.opens)
        and set(found.roles) <= set(finding.roles)
        and _gravity(found) <= _gravity(finding)
    )


def _gravity(finding: Finding) -> int:
    return (REFUSE, RESTRICT).index(finding.grade) if finding.grade != "tell" else 2


@pytest.mark.parametrize(("unmapped", "seed"), [("deny", 11), ("any-key", 12)])
def test_nothing_comes_up_later_that_the_check_did_not_find(
    unmapped: str, seed: int
) -> None:
    """Neither a route that some roles lose, nor one that they leave open."""
    random, judged = Random(seed), 0  # noqa: S311 - no secret
    for _ in range(_MAPS):
        document: dict[str, Any] = random_map(random, unmapped)
        role_map = RoleMap.parse(document)
        found = check.check(role_map)
        if len(found) == MAX_FINDINGS or any("intricate" in f.message for f in found):
            continue
        for finding in _compiled(role_map):
            judged += 1
            assert any(_says(one, finding) for one in found), (document, finding, found)
    assert judged > _MAPS


@pytest.mark.parametrize(("unmapped", "seed"), [("deny", 13), ("any-key", 14)])
def test_the_check_finds_nothing_that_does_not_come_up(
    unmapped: str, seed: int
) -> None:
    """What is refused or listed is lost by a record with just those roles."""
    random, judged = Random(seed), 0  # noqa: S311 - no secret
    for _ in range(_MAPS // 2):
        role_map = RoleMap.parse(random_map(random, unmapped))
        for finding in check.check(role_map):
            if finding.grade in (REFUSE, RESTRICT) and finding.requests:
                judged += 1
                compiled = [
                    one
                    for read_only in (False, True)
                    for one in role_map.grant(
                        finding.roles, read_only=read_only
                    ).findings
                ]
                assert any(_says(one, finding) for one in compiled)
    assert judged > 10
