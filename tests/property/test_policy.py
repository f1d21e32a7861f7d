"""The compiled policy, judged by IAM's rules, means what the role map says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apikeys import compiler, denials, shape_tree
from apikeys.access import Access
from apikeys.compiler import Compiler
from apikeys.denials import Denials
from apikeys.losses import Losses
from apikeys.route import Route
from tests import triples

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("unmapped", "count", "seed"), [("deny", 140_000, 1), ("any-key", 60_000, 2)]
)
def test_the_policy_of_any_roles_is_what_the_rules_say(
    unmapped: str, count: int, seed: int
) -> None:
    """No named route opens, and nothing else differs without a finding that says so."""
    counts, faults = triples.run(seed, unmapped, count)
    assert faults == []
    assert counts["named opened"] == counts["opened"] == counts["closed"] == 0
    # The run would be worth little if all were shut, or all were excused.
    assert counts["open"] > counts["triples"] / 10
    assert counts["opened, told"] + counts["closed, told"] < counts["triples"] / 4


def _nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


_MUTANTS: list[tuple[str, Any, str, Any]] = [
    ("deny", Compiler, "shut_denied", _nothing),
    ("deny", Compiler, "shut_lacking", _nothing),
    ("deny", Compiler, "_shut_subtree", _nothing),
    ("deny", Compiler, "_shut_slashed", _nothing),
    ("deny", Compiler, "shut_further_segments", _nothing),
    ("deny", Compiler, "shut_empty_segments", _nothing),
    ("any-key", Compiler, "_shut_whole", _nothing),
    ("any-key", Compiler, "shut_denied", _nothing),
    ("deny", compiler, "crosses", lambda *_: False),
    ("deny", compiler, "common", lambda one, two: _COMMON(one, two)[:1]),
    ("deny", Denials, "letters", lambda *_: frozenset()),
    ("any-key", Denials, "letters", lambda *_: frozenset()),
    ("deny", Denials, "_loses", lambda *_: False),
    ("any-key", Denials, "_loses", lambda *_: False),
    ("deny", denials, "widest", lambda patterns: sorted(patterns)[:-1]),
    ("deny", Access, "belongs_elsewhere", lambda *_: True),
    ("deny", Access, "is_shut", lambda *_: True),
    ("deny", Access, "closed", lambda *_: []),
    ("deny", Access, "reached", lambda _: []),
    ("deny", shape_tree, "rank", lambda shape: tuple(-r for r in _RANK(shape))),
    ("deny", Losses, "by_lacking", _nothing),
    ("deny", Losses, "by_denial", _nothing),
    ("deny", Losses, "by_slash", _nothing),
    ("deny", Losses, "by_depth", _nothing),
    ("deny", Losses, "by_emptiness", _nothing),
    ("any-key", Losses, "_unnamed", _nothing),
    ("deny", Route, "methods_of", lambda route, **_: route.methods),
]
_COMMON: Callable[..., Any] = compiler.common
_RANK: Callable[..., Any] = shape_tree.rank


@pytest.mark.parametrize(
    ("unmapped", "target", "name", "instead"),
    _MUTANTS,
    ids=[f"{unmapped}-{name}-{i}" for i, (unmapped, _, name, _) in enumerate(_MUTANTS)],
)
def test_the_run_notices_each_broken_piece_of_the_compiler(
    unmapped: str,
    target: Any,
    name: str,
    instead: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A fault comes up long before as many triples as the run has."""
    monkeypatch.setattr(target, name, instead)
    assert triples.first_fault(3, unmapped, 60_000) is not None
