"""Compiles what a record holds into one policy: what to allow, and what to deny.

IAM's ``*`` crosses slashes, so that the Allow of ``/users/{id}`` reaches more than the
route has. Whatever it reaches although the rules close it (docs/roles.md) is denied, in
the narrowest spelling. Where that also closes an open path, it is denied all the same
and reported: a conflict never opens a path.
"""

from __future__ import annotations

from apikeys.access import crosses
from apikeys.denials import Denials
from apikeys.losses import Losses
from apikeys.pattern import PARAMETER, RUN, agree, common, covers, glob, meets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from apikeys.access import Access
    from apikeys.attribution import Closed
    from apikeys.denials import Methods
    from apikeys.pattern import Pattern


class Compiler:
    """Compiles the policy of one set of roles.

    Attributes:
        denials: what the policy denies.
        losses: where it differs from the rules.
    """

    def __init__(self, methods: Sequence[Methods]) -> None:
        self.denials = Denials(methods)
        self.losses = Losses()

    def compile(self, one: Methods) -> None:
        """Deny what is reached by some methods and closed by the rules."""
        access = one.access
        for shape in access.denied:
            self.shut_denied(one, shape)
        for shape in access.allow:
            self.shut_further_segments(one, shape)
        for shape in access.reached():
            self.shut_lacking(one, shape)
        for shape in access.allow:
            self.shut_empty_segments(one, shape)

    def shut_denied(self, one: Methods, shape: Pattern) -> None:
        """Deny those of the allowed paths that a held ``deny`` names."""
        access = one.access
        for part in _whole_or_parts(access, shape, _reached(access, shape)):
            self.denials.deny(one, part)
            if shape[-1] == "" and shape[:-1] in access.denied:
                self.losses.by_slash(one, shape, part)
            else:
                self.losses.by_denial(one, shape, part)

    def shut_lacking(self, one: Methods, shape: Pattern) -> None:
        """Deny what the Allows reach of a route that the record doesn't hold."""
        access = one.access
        if len(shape) >= self.denials.depth:
            return
        if access.any_key:
            self._shut_whole(one, shape)
        elif shape[-1] == RUN:
            self._shut_subtree(one, shape)
        else:
            reached = _reached(access, shape)
            parts = [p for p in reached if not access.belongs_elsewhere(p, shape)]
            for part in _whole_or_parts(access, shape, parts):
                self.denials.deny(one, part)
                self.losses.by_lacking(one, shape, part)
            self._shut_slashed(one, shape, shape)

    def _shut_whole(self, one: Methods, shape: Pattern) -> None:
        """Deny a route whether it is reached or not: under any-key everything is."""
        if one.access.belongs_elsewhere(shape, shape):
            return
        for part in (shape,) if shape[-1] == RUN else (shape, (*shape, "")):
            self.denials.deny(one, part)
            self.losses.by_lacking(one, shape, part)

    def _shut_subtree(self, one: Methods, shape: Pattern) -> None:
        access = one.access
        taken = access.widest(
            {
                part
                for held in access.held_exact
                for part in common(held, shape)
                if not access.belongs_elsewhere(part, shape)
            }
        )
        for part in _whole_or_parts(access, shape, taken):
            self.denials.deny(one, part)
            self.losses.by_lacking(one, shape, part)
        for part in taken:
            self._shut_slashed(one, part, shape)
        # A subtree isn't a single route: what a star reaches of it by crossing a slash
        # is denied where that costs nothing.
        reached = _reached(access, shape)
        for part in (shape, *reached) if reached else ():
            if not access.closed(part):
                self.denials.deny(one, part)

    def _shut_slashed(self, one: Methods, bare: Pattern, lacking: Pattern) -> None:
        """Deny ``p/`` for each ``p`` that is named and closed."""
        access, slashed = one.access, (*bare, "")
        access.work.spend(len(access.allowed))
        if not any(
            agree(start, slashed) and meets(pattern, slashed)
            for pattern, start in access.allowed
        ):
            return
        if self.denials.deny_slashed():
            return
        parts = [
            part
            for part in _reached(access, slashed)
            if not access.is_shut_elsewhere(part[:-1], lacking)
        ]
        for part in _whole_or_parts(access, slashed, parts):
            self.denials.deny(one, part)
            self.losses.by_slash(one, slashed, part)

    def shut_further_segments(self, one: Methods, shape: Pattern) -> None:
        """Deny each ``{name}`` of an Allow with one or more further segments."""
        access = one.access
        deepest = max(access.longest - len(shape), 0) + 1
        for place, token in enumerate(shape):
            if token != PARAMETER or not crosses(shape, place):
                continue
            before, after = glob(shape[:place]), glob(shape[place + 1 :])
            shut_from, in_the_way = 0, []
            for more in range(1, deepest + 1):
                pattern = (*before, *(RUN,) * (more + 1), *after)
                closed = access.closed(pattern)
                if not closed:
                    self.denials.deny_widely(one, pattern)
                    shut_from = more
                    break
                in_the_way = closed
            if in_the_way:
                self._leave_open(one, shape, place, shut_from, in_the_way)

    def _leave_open(
        self, one: Methods, shape: Pattern, place: int, shut_from: int, closed: Closed
    ) -> None:
        """Note what can't be denied below a ``{name}``; deny the empty one."""
        before, after = shape[:place], shape[place + 1 :]
        self._shut_empty(one, shape, (*before, "", RUN, *after))
        below = (*before, PARAMETER, RUN, *after)
        if not any(covers(held, below) for held in one.access.held):
            self.losses.by_depth(one, shape, place, shut_from, closed)

    def shut_empty_segments(self, one: Methods, shape: Pattern) -> None:
        """Deny each empty ``{name}`` of an Allow."""
        for place, token in enumerate(shape):
            if token == PARAMETER:
                empty = (*shape[:place], "", *shape[place + 1 :])
                self._shut_empty(one, shape, empty)

    def _shut_empty(self, one: Methods, shape: Pattern, empty: Pattern) -> None:
        access, pattern = one.access, glob(empty)
        if (
            any(covers(held, pattern) for held in access.held)
            or self.denials.has(one, pattern)
            or self.denials.deny_empty(pattern)
        ):
            return
        if closed := access.closed(pattern):
            self.losses.by_emptiness(one, shape, pattern, closed)
        else:
            self.denials.deny(one, pattern)


def _reached(access: Access, shape: Pattern) -> list[Pattern]:
    """Return the parts of a shape that some Allow reaches."""
    if access.any_key:
        return [shape]
    access.work.spend(len(access.allowed))
    parts = {
        part
        for pattern, start in access.allowed
        if agree(start, shape)
        for part in common(pattern, shape)
    }
    return access.widest(parts)


def _whole_or_parts(
    access: Access, shape: Pattern, parts: list[Pattern]
) -> list[Pattern]:
    """Return the shape if nothing else would be lost with it, else its parts."""
    if parts and shape not in parts and not access.closed(shape):
        return [shape]
    return parts
