"""What patterns of paths have in common, compared with trying every path."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apikeys.pattern import (
    agree,
    common,
    covers,
    glob,
    head,
    meets,
    rank,
    text,
    widest,
)
from apikeys.shape_tree import ShapeTree

type Pattern = tuple[str, ...]

# A segment that is not a token's literal represents all others.
_SEGMENTS = ("", "a", "b", "z")
_LONGEST = 6
_PATHS = [p for n in range(1, _LONGEST + 1) for p in product(_SEGMENTS, repeat=n)]

_tokens = st.sampled_from(["a", "a", "b", "{}", "{}", "*", "*", ""])
_patterns = st.lists(_tokens, min_size=1, max_size=3).map(tuple)
_shapes = st.builds(
    lambda tokens, end: (*tokens, *end),
    st.lists(st.sampled_from(["a", "b", "{}"]), min_size=1, max_size=2),
    st.sampled_from([(), ("*",), ("",)]),
)


def _is_of(pattern: Pattern, path: Pattern) -> bool:
    if not pattern or not path:
        return not pattern and not path
    token = pattern[0]
    if token == "*":
        return any(
            _is_of(pattern[1:], path[taken:]) for taken in range(1, len(path) + 1)
        )
    first = path[0] != "" if token == "{}" else path[0] == token
    return first and _is_of(pattern[1:], path[1:])


def _paths(pattern: Pattern) -> set[Pattern]:
    return {path for path in _PATHS if _is_of(pattern, path)}


@settings(max_examples=60, deadline=None)
@given(_patterns, _patterns)
def test_two_patterns_meet_where_some_path_is_of_both(
    one: Pattern, two: Pattern
) -> None:
    """And then what they have in common is just those paths."""
    shared = _paths(one) & _paths(two)
    assert meets(one, two) is meets(two, one) is bool(shared)
    parts = [_paths(part) for part in common(one, two)]
    assert set().union(*parts) == shared


@settings(max_examples=60, deadline=None)
@given(_patterns, _patterns)
def test_a_pattern_covers_another_that_has_no_other_paths(
    wide: Pattern, narrow: Pattern
) -> None:
    """It is never said of one that has; a union of cases may be missed."""
    holds = _paths(narrow) <= _paths(wide)
    if covers(wide, narrow):
        assert holds
    elif "*" not in wide:
        assert not holds or not _paths(narrow)


@settings(max_examples=60, deadline=None)
@given(st.lists(_shapes, max_size=5), _patterns)
def test_a_tree_finds_the_shapes_that_a_pattern_meets(
    shapes: list[Pattern], pattern: Pattern
) -> None:
    """The same as one by one, as they are and with a slash at their end."""
    tree = ShapeTree(shapes)
    assert tree.met_by(pattern) == {s for s in shapes if meets(pattern, s)}
    exact = {s for s in shapes if s[-1] != "*"}
    assert tree.met_with_a_slash(pattern) == {
        s for s in exact if meets(pattern, (*s, ""))
    }


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (("*",), ("a", "{}", "*"), True),
        (("*", "*"), ("a",), False),
        (("a", "*"), ("a", ""), True),
        (("a", "{}"), ("a", ""), False),
        (("a", "{}"), ("a", "*"), False),
        (("*", "x", "*"), ("a", "*", "x", "{}"), True),
        (("*", "x", "*"), ("a", "*"), False),
        (("*", ""), ("a", "b", ""), True),
        (("*", "", "*"), ("a", "", "b"), True),
        (("*", "*", "*"), ("a", "*", "{}"), True),
        (("*", "*", "*"), ("*", "a"), False),
    ],
)
def test_covering_sees_what_a_run_may_take(
    wide: Pattern, narrow: Pattern, *, expected: bool
) -> None:
    """``*`` takes one segment or more, empty ones too."""
    assert covers(wide, narrow) is expected


def test_what_has_too_many_parts_stands_for_itself() -> None:
    """Shares of runs grow without bound: the second pattern has all of them."""
    one = ("*", "a", "*", "a", "*", "a", "*", "a", "*")
    two = ("{}",) * 16
    assert common(one, two) == (two,)


def test_iam_reads_a_parameter_as_a_star() -> None:
    """And knows nothing else."""
    assert glob(("a", "{}", "*")) == ("a", "*", "*")
    assert text(("GET", "a", "{}", "")) == "GET/a/*/"


def test_the_more_specific_shape_sorts_first() -> None:
    """From the left: a literal, a parameter, a subtree."""
    shapes: list[Pattern] = [("a", "b"), ("a", "{}"), ("a", "*"), ("{}", "b"), ("*",)]
    assert sorted(shapes, key=rank) == shapes


def test_literals_at_the_start_tell_patterns_apart() -> None:
    """Where they differ no path is of both."""
    assert head(("a", "b", "{}", "c")) == ("a", "b")
    assert head(("a",)) == ("a",)
    assert agree(("a", "b"), ("a", "{}", "c"))
    assert agree(("a", "b"), ("a",))
    assert not agree(("a", "b"), ("a", "c"))


def test_only_the_widest_of_some_patterns_are_kept() -> None:
    """What another one covers adds nothing."""
    patterns: set[Pattern] = {("a", "*"), ("a", "b"), ("b",), ("a", "*", "*")}
    assert sorted(widest(patterns)) == [("a", "*"), ("b",)]


def test_too_many_common_patterns_are_only_the_second() -> None:
    """It has more paths, so that no more than may be is open."""
    one = ("*", "a", "*", "b", "*", "c", "*", "d", "*")
    two = ("{}",) * 16
    assert common(one, two) == (two,)
