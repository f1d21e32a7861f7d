"""What roles cause only together, without examining every set of roles.

A finding follows from few routes: one whose Allow reaches a path, one that names or
denies the path, one that the Deny would close. So it is enough to examine sets of two
roles, or of three where one denies, each compiled as far as those routes are concerned.
"""

from __future__ import annotations

from itertools import product

from apikeys.access import crosses
from apikeys.compiler import Compiler
from apikeys.grants import methods_of
from apikeys.pattern import (
    PARAMETER,
    RUN,
    agree,
    common,
    covers,
    glob,
    head,
    meets,
    rank,
)
from apikeys.route import METHODS, READING
from apikeys.shape_tree import ShapeTree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apikeys.access import Work
    from apikeys.denials import Methods
    from apikeys.finding import Finding
    from apikeys.pattern import Pattern
    from apikeys.roles import RoleMap

    type Step = Callable[[Compiler, Methods, Pattern], None]

_OF_AN_ALLOW = (Compiler.shut_further_segments, Compiler.shut_empty_segments)


class View:
    """Who holds, names and denies what of one method, read-only or not."""

    __slots__ = (
        "_heads",
        "any_key",
        "denied",
        "held",
        "method",
        "named",
        "read_only",
        "tree",
    )

    def __init__(self, role_map: RoleMap, method: str, *, read_only: bool) -> None:
        self.method = method
        self.read_only = read_only
        self.any_key = role_map.any_key and (method in READING or not read_only)
        self.named = role_map.named(method)
        self.held: dict[Pattern, set[str]] = {}
        self.denied: dict[Pattern, set[str]] = {}
        for name, role in role_map.roles.items():
            for route in role.allow:
                if method in route.methods_of(read_only=read_only):
                    self.held.setdefault(route.shape, set()).add(name)
            for route in role.deny:
                if method in route.methods:
                    self.denied.setdefault(route.shape, set()).add(name)
        self.tree = ShapeTree(self.held)
        self._heads = {shape: head(shape) for shape in self.held}

    def causes(self) -> Iterator[tuple[Pattern, Pattern, set[str]]]:
        """Yield what may have to be closed, its route, and the roles that deny it.

        Under any-key a single role already loses all that a set loses by lacking
        routes.
        """
        lacking = () if self.any_key else self.named
        denied = ((shape, self.denied[shape]) for shape in self.denied)
        for shape, denying in (*((shape, set[str]()) for shape in lacking), *denied):
            yield shape, shape, denying
            if shape[-1] != RUN and PARAMETER in shape:
                yield (*shape, ""), shape, denying

    def reached(self, cause: Pattern) -> Iterator[tuple[Pattern, set[str]]]:
        """Yield the parts of a shape that have to be closed, and who reaches them."""
        if self.any_key:
            yield cause, set()
            return
        for shape, holders in self.held.items():
            if not agree(self._heads[shape], cause):
                continue
            # What a star reaches of a subtree that is lacking may stay open.
            is_area = cause[-1] == RUN and cause not in self.denied
            for part in common(shape if is_area else glob(shape), cause):
                yield part, holders


def findings(role_map: RoleMap, work: Work, most: int) -> Iterator[Finding]:
    """Yield what two or three roles cause together, the gravest first.

    Args:
        role_map: whose roles they are.
        work: counts what is done.
        most: the number of findings after which to stop.

    Raises:
        TooIntricateError: it takes more work.
    """
    told: set[tuple[object, ...]] = set()
    done: set[tuple[object, ...]] = set()
    views = list(_views(role_map))
    losing = [
        (not is_whole, index, roles, step, shape)
        for index, view in enumerate(views)
        for is_whole, roles, step, shape in _losing(view, work)
    ]
    losing.sort(key=lambda candidate: candidate[0])
    leaving = (
        (True, index, roles, step, shape)
        for index, view in enumerate(views)
        for roles, step, shape in _leaving_open(view, work)
    )
    for _, index, roles, step, shape in (*losing, *leaving):
        key = (index, roles, step, shape)
        if key in done or (len(roles) == 1 and not views[index].denied):
            continue
        done.add(key)
        for finding in _of_one(role_map, views[index], roles, step, shape, work):
            if len(told) >= most:
                return
            about = (finding.roles, finding.message)
            if about not in told:
                told.add(about)
                yield finding


def _views(role_map: RoleMap) -> Iterator[View]:
    for method in METHODS:
        yield View(role_map, method, read_only=False)
    # A read-only record differs from others only in routes marked as reading.
    for method in METHODS:
        if method not in READING:
            view = View(role_map, method, read_only=True)
            if view.held:
                yield view


def _of_one(  # noqa: PLR0913, PLR0917 - one candidate
    role_map: RoleMap,
    view: View,
    roles: frozenset[str],
    step: Step,
    shape: Pattern,
    work: Work,
) -> Iterator[Finding]:
    for one in methods_of(role_map, sorted(roles), work, read_only=view.read_only):
        if view.method not in one.names:
            continue
        # A role that denies may take away the wider Allow that has this one's paths.
        reaching = one.access.held if view.denied else one.access.allow
        if step in _OF_AN_ALLOW and shape not in reaching:
            continue
        compiler = Compiler([one])
        step(compiler, one, shape)
        for finding in compiler.losses.findings():
            if set(finding.roles) == roles:
                yield finding


def _losing(
    view: View, work: Work
) -> Iterator[tuple[bool, frozenset[str], Step, Pattern]]:
    """Yield whether a set of roles may lose a whole route, the set, and the cause."""
    for cause, route, denying in view.causes():
        work.spend(1)
        hit = [shape for shape in view.tree.met_by(glob(cause)) if shape != cause]
        if not hit:
            continue
        step = Compiler.shut_denied if denying else Compiler.shut_lacking
        holding = set() if denying else view.held.get(route, set())
        for part, reaching in view.reached(cause):
            work.spend(len(hit))
            for shape in hit:
                if not meets(glob(part), shape) or (
                    (denying or (cause == route and rank(cause) < rank(shape)))
                    and _has_all(cause, part, shape)
                ):
                    continue
                is_whole = covers(glob(part), shape)
                groups = [group for group in (denying, reaching) if group]
                for chosen in product(view.held[shape], *groups):
                    if holding.isdisjoint(chosen):
                        about = cause if denying else route
                        yield is_whole, frozenset(chosen), step, about


def _has_all(cause: Pattern, part: Pattern, shape: Pattern) -> bool:
    """Return whether the cause rightly takes what a denied part takes of a shape."""
    return all(covers(cause, lost) for lost in common(glob(part), shape))


def _leaving_open(
    view: View, work: Work
) -> Iterator[tuple[frozenset[str], Step, Pattern]]:
    """Yield sets of roles that may leave a path open, and the shape that reaches it."""
    for shape, holders in () if view.any_key else view.held.items():
        for place, token in enumerate(shape):
            if token != PARAMETER:
                continue
            before, after = shape[:place], shape[place + 1 :]
            step: Step = Compiler.shut_empty_segments
            patterns = [(step, (*before, "", *after))]
            if crosses(shape, place):
                step = Compiler.shut_further_segments
                patterns.append((step, (*before, RUN, RUN, *after)))
            for step, pattern in patterns:
                work.spend(1)
                for other in view.tree.met_by(glob(pattern)):
                    for chosen in product(holders, view.held[other]):
                        yield frozenset(chosen), step, shape
