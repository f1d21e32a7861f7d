"""What a role map does that its author should know."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apikeys.document import Document

REFUSE = "refuse"
RESTRICT = "restrict"
TELL = "tell"
GRADES = (REFUSE, RESTRICT, TELL)


class Finding:
    """One thing that roles do beyond what their routes say.

    Attributes:
        grade: ``refuse``: the map must not be stored; ``restrict``: these roles must
            not be given to one record; ``tell``: good to know.
        roles: whoever holds all of these is concerned.
        route: the route that it is about, as the map has it.
        message: a sentence for a person.
        requests: patterns of IAM, behind the stage, that hold each request concerned.
        opens: whether those requests are open beyond the rules; else they are shut.
        api: which API's map it is about, by id or id/stage; empty for the top level.
    """

    __slots__ = ("api", "grade", "message", "opens", "requests", "roles", "route")

    def __init__(  # noqa: PLR0913 - the fields of one value
        self,
        grade: str,
        roles: Iterable[str],
        route: str,
        message: str,
        *,
        requests: Iterable[str] = (),
        opens: bool = False,
    ) -> None:
        self.grade = grade
        self.roles = tuple(roles)
        self.route = route
        self.message = message
        self.requests = tuple(requests)
        self.opens = opens
        self.api = ""

    def __repr__(self) -> str:
        return f"<{self.grade} {' '.join(self.roles)}: {self.message}>"

    def document(self) -> Document:
        """Return the finding as the admin function's answers have it."""
        api = {"api": self.api} if self.api else {}
        return {
            "grade": self.grade,
            **api,
            "roles": list(self.roles),
            "route": self.route,
            "message": self.message,
        }


def refusals(messages: Iterable[str]) -> list[Finding]:
    """Return the findings that forbid storing the map."""
    return [Finding(REFUSE, (), "", message) for message in messages]


def losses(findings: Iterable[Finding]) -> list[Finding]:
    """Return those that forbid giving the roles to one record, each once."""
    grave = (finding for finding in findings if finding.grade != TELL)
    return list({(f.api, f.roles, f.message): f for f in grave}.values())


def located(api: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings about the map of an API."""
    for finding in findings:
        finding.api = api
        yield finding


def by_grade(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with the gravest first, otherwise in their given order."""
    return sorted(findings, key=lambda finding: GRADES.index(finding.grade))
