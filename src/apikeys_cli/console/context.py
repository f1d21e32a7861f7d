"""What the pages of a console share, and how they answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from apikeys_cli.console import times
from apikeys_cli.console.catalogue import Catalogue
from apikeys_cli.console.once import ShownOnce, SpentForms
from apikeys_cli.console.session import Session
from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.records import name_of, named
from apikeys_cli.roles.names import named_in
from apikeys_cli.terminal.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.background import BackgroundTask

    from apikeys_cli.admin_function import Invocation

_SEE_OTHER = 303
_OK = 200


class Notice(NamedTuple):
    """What was just done to a record, and when it is in force everywhere."""

    text: str
    within: int
    at: float

    def left(self, now: float) -> int:
        """Return the seconds until the change is certainly in force."""
        return max(0, round(self.at + self.within - now))


@dataclass
class Console:
    """A running console, and what it remembers.

    Attributes:
        invocation: the way to the admin function and to AWS.
        session: its browser's.
        forms: those that were shown.
        shown: what waits for its one view.
        notices: what was last done to a record.
        function: the admin function.
        catalogue: the records that a search has read.
    """

    invocation: Invocation
    session: Session = field(default_factory=Session)
    forms: SpentForms = field(default_factory=SpentForms)
    shown: ShownOnce = field(default_factory=ShownOnce)
    notices: dict[str, Notice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.function = self.invocation.function
        self.catalogue = Catalogue(self.function)
        self._templates = _templates()

    def page(
        self,
        template: str,
        status: int = _OK,
        background: BackgroundTask | None = None,
        **values: object,
    ) -> HTMLResponse:
        """Return a page made from a template, with all values escaped."""
        text = self._templates.get_template(template).render(
            base=self.session.path,
            csrf=self.session.csrf,
            name=self.invocation.connection.function_name,
            now=time.time(),
            new_form=self.forms.new,
            **values,
        )
        return HTMLResponse(text, status, background=background)

    def goto(self, path: str) -> RedirectResponse:
        """Return the answer that leads a browser to a page, by GET."""
        return RedirectResponse(f"{self.session.path}{path}", _SEE_OTHER)

    def done(self, answer: Mapping[str, Any], text: str) -> str:
        """Note what was done to a record, and return the path of its page."""
        record = answer["record"]
        self.catalogue.note([record])
        within = answer.get("effectiveWithinSeconds", 0)
        self.notices[named(record)] = Notice(text, within, time.time())
        return path_of(record)

    def role_names(self) -> list[str]:
        """Return the names of the stored map's roles; none if there is no map."""
        try:
            found = self.function.invoke("roles.get")["roleMap"]
        except (RefusedByFunctionError, UnreachableError):
            return []
        return sorted(named_in(found))

    def notice(self, record: Mapping[str, Any]) -> Notice | None:
        """Return what was last done to a record here, None if nothing was."""
        return self.notices.get(named(record))


def path_of(record: Mapping[str, Any]) -> str:
    """Return the path of a record's page."""
    if "keyId" in record:
        return f"/key/{record['keyId']}"
    return f"/login/{record['login']}"


def _templates() -> Environment:
    folder = files("apikeys_cli.console") / "templates"
    # A record's text is data: all of it is escaped, wherever it is shown.
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters |= {
        "name_of": name_of,
        "path_of": path_of,
        "utc": times.utc,
        "relative": times.relative,
    }
    return environment
