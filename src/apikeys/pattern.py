"""Paths as sequences of segments, and what two patterns have in common.

A token is a literal segment, ``{}`` for one segment that is not empty, or ``*`` for one
or more segments of any kind. A route's shape has ``*`` at most as its last token. IAM
knows only literals and ``*``: there every ``{}`` becomes ``*``.
"""

from __future__ import annotations

from functools import lru_cache

PARAMETER = "{}"
RUN = "*"

# Two patterns align in as many ways as their segments can be distributed. Where there
# are too many, the second pattern stands for them all: it has more paths.
_MOST_STEPS = 512
# The most patterns found, each of which is compared with every other.
_MOST_TOKENS = 1_024
_CACHED = 8_192

type Pattern = tuple[str, ...]


@lru_cache(maxsize=_CACHED)
def glob(pattern: Pattern) -> Pattern:
    """Return the pattern that IAM reads instead of this one."""
    return tuple(RUN if token == PARAMETER else token for token in pattern)


def text(pattern: Pattern) -> str:
    """Return a pattern as IAM spells it."""
    return "/".join(glob(pattern))


@lru_cache(maxsize=_CACHED)
def rank(shape: Pattern) -> tuple[int, ...]:
    """Return a key that sorts the more specific of two overlapping shapes first."""
    return tuple(_RANKS.get(token, 0) for token in shape)


_RANKS = {PARAMETER: 1, RUN: 2}


@lru_cache(maxsize=_CACHED)
def head(pattern: Pattern) -> Pattern:
    """Return the literals that a pattern begins with."""
    for place, token in enumerate(pattern):
        if token in _RANKS:
            return pattern[:place]
    return pattern


@lru_cache(maxsize=_CACHED)
def meets(one: Pattern, two: Pattern) -> bool:
    """Return whether some path matches both patterns."""
    masks, runs, general, end = masks_of(one)
    positions = 1
    for token in two:
        if token == RUN:
            # A star leads from a position to every later one.
            lowest = positions & -positions
            positions = (2 * end - 2 * lowest) | (positions & runs)
        else:
            positions &= masks.get(token, general)
            if not positions:
                return False
            positions = positions << 1 | positions & runs
            positions &= 2 * end - 1
    return positions & end != 0


@lru_cache(maxsize=_CACHED)
def covers(wide: Pattern, narrow: Pattern) -> bool:
    """Return whether every path of the second pattern matches the first.

    Sound, and exact except for a literal where ``*`` takes any segment.
    """
    if len(wide) > len(narrow) or not _token_covers(wide[-1], narrow[-1]):
        return False
    masks, runs, general, end = masks_of(wide)
    reached, pending = set(), [(1, 0)]
    while pending:
        positions, place = pending.pop()
        token = narrow[place]
        if token == RUN:
            positions &= runs
        elif token == PARAMETER:
            positions &= general
        else:
            positions &= masks.get(token, general)
        positions = positions << 1 | positions & runs
        place += 1
        if not positions or (place == len(narrow) and not positions & end):
            return False
        states = [(positions, place)] if place < len(narrow) else []
        if token == RUN:
            states.append((positions, place - 1))
        for state in states:
            if state not in reached:
                reached.add(state)
                pending.append(state)
    return True


@lru_cache(maxsize=_CACHED)
def common(one: Pattern, two: Pattern) -> tuple[Pattern, ...]:
    """Return patterns that together match the paths which both patterns match.

    If there are too many, only the second pattern, which matches more.
    """
    if not meets(one, two):
        return ()
    if PARAMETER not in two and RUN not in two:
        return (two,)
    ends = _ends(one, two)
    found: set[Pattern] = set()
    seen: set[tuple[int, int, Pattern]] = set()
    pending: list[tuple[int, int, Pattern]] = [(0, 0, ())]
    while pending:
        i, j, before = pending.pop()
        tokens = (*before, _narrower(one[i], two[j]))
        for following in _following(one, two, i, j):
            if following == (len(one), len(two)):
                found.add(tokens)
            elif following in ends and (*following, tokens) not in seen:
                seen.add((*following, tokens))
                pending.append((*following, tokens))
        if len(seen) > _MOST_STEPS or len(found) * len(two) > _MOST_TOKENS:
            return (two,)
    return tuple(sorted(widest(found)))


def _ends(one: Pattern, two: Pattern) -> set[tuple[int, int]]:
    """Return the pairs of positions from which both patterns reach their end."""
    found = {(len(one), len(two))}
    for j in reversed(range(len(two))):
        for i in reversed(range(len(one))):
            if _tokens_meet(one[i], two[j]) and not found.isdisjoint(
                _following(one, two, i, j)
            ):
                found.add((i, j))
    found.discard((len(one), len(two)))
    return found


@lru_cache(maxsize=_CACHED)
def masks_of(pattern: Pattern) -> tuple[dict[str, int], int, int, int]:
    """Return bit masks of the positions in a pattern that take a segment.

    Returns:
        By literal and ``{}``; of ``*``; of any other segment that is not empty; the
        place behind the last.
    """
    places = dict.fromkeys(pattern, 0)
    for place, token in enumerate(pattern):
        places[token] |= 1 << place
    runs = places.pop(RUN, 0)
    general = runs | places.pop(PARAMETER, 0)
    end = 1 << len(pattern)
    masks = {literal: bits | general for literal, bits in places.items()}
    masks[""] = runs | places.get("", 0)
    masks[PARAMETER] = (end - 1) & ~places.get("", 0)
    return masks, runs, general, end


def widest(patterns: set[Pattern]) -> list[Pattern]:
    """Return the patterns that no other one covers."""
    if len(patterns) == 1:
        return list(patterns)
    kept: list[Pattern] = []
    # A pattern has no more tokens than one that it covers; the general comes first.
    for pattern in sorted(patterns, key=lambda p: (len(p), [-r for r in rank(p)])):
        if not any(covers(other, pattern) for other in kept):
            kept.append(pattern)
    return kept


def _following(one: Pattern, two: Pattern, i: int, j: int) -> list[tuple[int, int]]:
    states = [(i + 1, j + 1)]
    if one[i] == RUN:
        states.append((i, j + 1))
    if two[j] == RUN:
        states.append((i + 1, j))
    return states


def agree(literals: Pattern, pattern: Pattern) -> bool:
    """Return whether paths that begin with these literals may match a pattern."""
    for literal, token in zip(literals, pattern, strict=False):
        if literal != token:
            return token in _RANKS
    return True


def _tokens_meet(one: str, two: str) -> bool:
    """Return whether one segment can match both tokens."""
    if one == two or RUN in (one, two):
        return True
    return (one == PARAMETER and two != "") or (two == PARAMETER and one != "")


def _token_covers(wide: str, narrow: str) -> bool:
    """Return whether a token matches every segment that another one matches."""
    return wide in (narrow, RUN) or (wide == PARAMETER and narrow not in ("", RUN))


def _narrower(one: str, two: str) -> str:
    return one if _RANKS.get(one, 0) < _RANKS.get(two, 0) else two
