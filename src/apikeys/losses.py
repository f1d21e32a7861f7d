"""Where a policy differs from the rules, and whose routes cause it."""

from __future__ import annotations

from apikeys.attribution import losing, nearest, together, written
from apikeys.finding import REFUSE, RESTRICT, TELL, Finding, by_grade
from apikeys.pattern import PARAMETER, RUN, covers, glob, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from apikeys.access import Source
    from apikeys.attribution import Closed
    from apikeys.denials import Methods
    from apikeys.pattern import Pattern


# More than anybody reads; an intricate map may cause thousands.
_MOST = 1_000
_WITH_A_SLASH = "a path that ends in a slash, of a route that is shut"


class Losses:
    """Collects findings; one that several methods share is reported once."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Finding] = {}

    def findings(self) -> list[Finding]:
        """Return the findings, the gravest first."""
        return by_grade(self._found.values())

    def by_lacking(self, one: Methods, lacking: Pattern, part: Pattern) -> None:
        """Note the held paths lost with a route that is not held."""
        access = one.access
        route = written(access.lacking[lacking])
        for held, lost in access.closed(part):
            roles = losing(access, held, part, ())
            self._lost(one, held, lost, part, roles, f"'{route}', which is not held")
        if access.any_key:
            self._unnamed(one, access.lacking[lacking], part, ())

    def by_denial(self, one: Methods, denied: Pattern, part: Pattern) -> None:
        """Note the held paths lost with a route that is denied."""
        access = one.access
        sources = access.denied[denied]
        for held, lost in access.closed(part):
            roles = losing(access, held, part, [role for role, _ in sources])
            because = f"'{written(sources)}', which is denied"
            own = held[-1] == RUN and len(roles) == 1
            self._lost(one, held, lost, part, roles, because, whole=own)
        if access.any_key:
            self._unnamed(one, sources, part, [role for role, _ in sources])

    def by_slash(self, one: Methods, slashed: Pattern, part: Pattern) -> None:
        """Note the held paths lost with ``p/`` of a route that is closed."""
        access = one.access
        sources = access.denied.get(slashed, [])
        denying = [role for role, _ in sources]
        for held, lost in access.closed(part):
            roles = losing(access, held, part, denying)
            self._lost(one, held, lost, part, roles, _WITH_A_SLASH, grade=TELL)
        if access.any_key:
            self._unnamed(one, sources, part, denying)

    def by_depth(
        self,
        one: Methods,
        shape: Pattern,
        place: int,
        shut_from: int,
        in_the_way: Closed,
    ) -> None:
        """Note that paths with further segments in a ``{name}`` stay open."""
        access = one.access
        blocking = nearest(access, shape, in_the_way)
        roles = together(access.held[shape], access.held[blocking])
        route = written(access.held[shape], roles)
        because = f"'{written(access.held[blocking], roles)}' is held as well"
        if blocking == shape:
            because = "it ends in /*"
        depth = shut_from - 1
        below = f"up to {depth}" if shut_from else "any number of"
        self._note(
            one,
            ("depth", depth),
            TELL,
            roles,
            route,
            f"'{route}' also opens paths that no held route names, with {below} "
            f"further segment{'' if depth == 1 else 's'} in a {{name}}, because "
            f"{because}: name what matters",
            (*glob(shape[:place]), RUN, RUN, *glob(shape[place + 1 :])),
            opens=True,
        )

    def by_emptiness(
        self, one: Methods, shape: Pattern, pattern: Pattern, in_the_way: Closed
    ) -> None:
        """Note that paths with an empty ``{name}`` stay open."""
        access = one.access
        blocking = nearest(access, shape, in_the_way)
        roles = together(access.held[shape], access.held[blocking])
        route = written(access.held[shape], roles)
        self._note(
            one,
            ("emptiness",),
            TELL,
            roles,
            route,
            f"'{route}' is open with an empty {{name}} as well, because of "
            f"'{written(access.held[blocking], roles)}', which is held",
            pattern,
            opens=True,
        )

    def _lost(  # noqa: PLR0913, PLR0917 - the facts of one loss
        self,
        one: Methods,
        held: Pattern,
        lost: Pattern,
        part: Pattern,
        roles: tuple[str, ...],
        because: str,
        *,
        whole: bool = False,
        grade: str | None = None,
    ) -> None:
        route = written(one.access.held[held], roles)
        if grade is None:
            whole = whole or covers(glob(part), held)
            grade = TELL if not whole else REFUSE if len(roles) == 1 else RESTRICT
        if grade == TELL:
            example = f"{one.names[0]} /{'/'.join(lost)}"
            what = f"of '{route}' some requests are shut, like '{example}'"
            cure = ""
        else:
            what = f"'{route}' is shut"
            cure = "; let one role have both, or change a segment of one"
        self._note(
            one,
            ("lost", because, grade),
            grade,
            roles,
            route,
            f"{what}: IAM has no other way to shut {because}{cure}",
            part,
            opens=False,
        )

    def _unnamed(
        self,
        one: Methods,
        sources: list[Source],
        part: Pattern,
        roles: Iterable[str],
    ) -> None:
        """Note the paths that no role names and that are closed."""
        if PARAMETER not in part or any(
            covers(subtree, glob(part)) for subtree in one.access.named_subtrees
        ):
            return
        route = written(sources)
        at_the_root = glob(part) == (RUN,)
        start = part[: part.index(PARAMETER)]
        where = "/".join(("", *start)) if start else "the root"
        who = "who is denied it" if roles else "a key without its role"
        self._note(
            one,
            ("unnamed",),
            REFUSE if at_the_root else TELL,
            sorted(set(roles)),
            route,
            f"'{route}' shuts {'every path' if at_the_root else 'more'} below {where} "
            f"for {who}: paths that no role names, too",
            part,
            opens=False,
        )

    def _note(  # noqa: PLR0913, PLR0917 - the fields of a finding
        self,
        one: Methods,
        kind: tuple[object, ...],
        grade: str,
        roles: Iterable[str],
        route: str,
        message: str,
        part: Pattern,
        *,
        opens: bool,
    ) -> None:
        requests = tuple(text((name, *part)) for name in one.names)
        key = (kind, route, tuple(roles))
        known = self._found.get(key)
        if known is None and len(self._found) >= _MOST:
            return
        if known is None:
            self._found[key] = Finding(
                grade, roles, route, message, requests=requests, opens=opens
            )
        else:
            known.requests = tuple(dict.fromkeys((*known.requests, *requests)))
