"""A browser without JavaScript: it keeps a cookie, follows links and posts forms."""

from __future__ import annotations

import asyncio
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import httpx

from apikeys_cli.console.app import application

if TYPE_CHECKING:
    from apikeys_cli.console.context import Console

HOST = "127.0.0.1:49152"
ORIGIN = f"http://{HOST}"
OWN = {"Sec-Fetch-Site": "same-origin"}


class Form:
    """A form of a page, and what a person would send with it untouched."""

    def __init__(self, action: str, method: str) -> None:
        self.action = action
        self.method = method
        self.fields: list[tuple[str, str]] = []

    def filled(self, values: dict[str, Any]) -> dict[str, list[str]]:
        """Return the fields with these values in place of their own."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        for name, value in values.items():
            found[name] = list(value) if isinstance(value, list) else [value]
        # As HTML has lines sent.
        return {
            name: [value.replace("\n", "\r\n") for value in values]
            for name, values in found.items()
        }


class Page(HTMLParser):
    """What a page says, and the forms on it."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.status = response.status_code
        self.path = response.url.path
        self.html = response.text
        self.forms: list[Form] = []
        self.text = ""
        self._select = ""
        self._area: str | None = None
        self._typed = ""
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a form's field."""
        given = {name: value or "" for name, value in attrs}
        has = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        if not self.forms:
            return
        fields = self.forms[-1].fields
        if tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and "selected" in has:
            fields.append((self._select, given.get("value", "")))
        elif tag == "textarea":
            self._area, self._typed = given["name"], ""
        elif tag == "input" and "name" in has:
            is_box = given.get("type") in ("radio", "checkbox")
            if not is_box or "checked" in has:
                fields.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """End a field, or a cell: what stands beside is another word."""
        self.text += " " if tag in {"td", "th", "dd", "dt"} else ""
        if tag == "select":
            self._select = ""
        if tag == "textarea" and self._area is not None:
            self.forms[-1].fields.append((self._area, self._typed))
            self._area = None

    def handle_data(self, data: str) -> None:
        """Take what the page says, or what is typed in it."""
        if self._area is not None:
            self._typed += data
        self.text += data

    def form(self, action: str) -> Form:
        """Return the form whose address ends so."""
        return next(form for form in self.forms if form.action.endswith(action))


class Browser:
    """A browser on a console.

    Attributes:
        console: which.
        base: the path that its pages are under.
        application: its pages behind their guards.
        cookies: what the browser keeps.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.base = console.session.path
        self.application = application(console, HOST)
        self.cookies = httpx.Cookies()

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request, with no header of a page's."""

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self.application)
            async with httpx.AsyncClient(
                transport=transport, base_url=ORIGIN, cookies=self.cookies
            ) as client:
                response = await client.request(method, f"{self.base}{path}", **options)
                self.cookies = client.cookies
                return response

        return asyncio.run(sent())

    def enter(self, **headers: str) -> httpx.Response:
        """Enter with the token, as a person who pasted the address."""
        query = {"token": self.console.session.entry}
        return self.send("GET", "/enter", params=query, headers=headers)

    def get(self, path: str, **query: str) -> Page:
        """Open a page of the console."""
        return Page(self._followed(self.ask("GET", path, params=query)))

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request as one of the console's own pages would."""
        headers = {**OWN, **({"Origin": ORIGIN} if method == "POST" else {})}
        headers |= options.pop("headers", {})
        return self.send(method, path, headers=headers, **options)

    def submit(self, page: Page, action: str, **values: Any) -> Page:
        """Fill a form of a page in and post it; follow where it leads."""
        return Page(self._followed(self.post(page, action, **values)))

    def post(self, page: Page, action: str, **values: Any) -> httpx.Response:
        """Fill a form of a page in and post it."""
        form = page.form(action)
        # A form without an address is posted to where it is.
        path = (form.action or page.path).removeprefix(self.base)
        return self.ask("POST", path, data=form.filled(values))

    def _followed(self, response: httpx.Response) -> httpx.Response:
        while response.is_redirect:
            path = response.headers["location"].removeprefix(self.base)
            response = self.ask("GET", path)
        return response
