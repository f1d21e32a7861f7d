"""Pages that are one session at a terminal: each command run, its output as shown."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

import pytest

from local import checkout
from local.clients import APIKEYS, apikeys
from local.deployment import running_stack
from local.scenarios.keys import MANAGEMENT, ROLE_MAP
from tests.command_blocks import run_blocks
from tests.paste import paste

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.deployment import Stack
    from tests.command_blocks import Command

pytestmark = pytest.mark.deployed

# Two kinds of credentials on one API, of which the pages tell.
_PARAMETERS: Final = {"Credentials": "api-key,basic", "AuthorizerCacheSeconds": "0"}
_UNSUCCESSFUL: Final = ("Error: ", "refuse: ")
# What differs from one run to the next; a key id stands for the same key throughout.
_VARIABLE: Final = re.compile(
    r"(?P<any>…)"
    r"|(?P<version>[0-9a-f]{8}-[0-9a-f-]{27})"
    r"|(?P<date>\b\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ?)?)"
    r"|(?P<days>\bin \d+ days?\b)"
    r"|(?P<id>\b(?=\w*\d)(?=\w*[A-Z])(?=\w*[a-z])[0-9A-Za-z]{16}\b)"
)
_ANY: Final = {
    "any": ".*?",
    "version": "[0-9a-f-]{36}",
    "date": r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ?)?",
    "days": r"in \d+ days?",
}


class Session:
    """A terminal in a folder, and what stands for the names that a page shows."""

    def __init__(self, stack: Stack, folder: Path, known: dict[str, str]) -> None:
        self._folder = folder
        self._known = known
        self._environment = stack.emulator.environment | {
            "APIKEYS_STACK": stack.name,
            "COLUMNS": "100",
            "EXAMPLE_URL": stack.example_url,
        }

    def __call__(self, command: Command) -> list[str]:
        """Run a command; return what is not as the page shows it."""
        written = re.fullmatch(r"cat (\S+)", command.text)
        if written is not None:
            # The page shows a file that its reader has.
            text = "\n".join([*command.output, ""])
            made_up = re.sub("…", lambda _: secrets.token_urlsafe(24), text)
            (self._folder / written[1]).write_text(made_up)
            return []
        done = paste(
            self._here(command.text),
            self._environment,
            (APIKEYS, checkout.AWS_CLI),
            self._folder,
            options=("-u",),
        )
        said = " ".join((done.stdout + done.stderr).split())
        missing = [line for line in command.output if not self._shows(line, said)]
        succeeds = not any(line.startswith(_UNSUCCESSFUL) for line in command.output)
        if missing or (done.returncode == 0) is not succeeds:
            hidden = re.sub(r"\bak_\S+", "ak_…", said)
            return [f"$ {command.text}", *missing, f"[{done.returncode}] {hidden}"]
        return []

    def _here(self, text: str) -> str:
        for name, real in self._known.items():
            text = text.replace(name, real)
        return text

    def _shows(self, line: str, said: str) -> bool:
        """Return whether an output has a line; learn which key an id stands for."""
        text, pattern, at, learnt = " ".join(line.split()), "", 0, list[str]()
        for found in _VARIABLE.finditer(text):
            pattern += re.escape(self._here(text[at : found.start()]))
            at = found.end()
            kind = str(found.lastgroup)
            if kind != "id":
                pattern += _ANY[kind]
            elif found[0] in self._known:
                pattern += self._known[found[0]]
            elif found[0] in learnt:
                pattern += rf"\{learnt.index(found[0]) + 1}"
            else:
                learnt.append(found[0])
                pattern += "([0-9A-Za-z]{16})"
        matched = re.search(pattern + re.escape(self._here(text[at:])), said)
        if matched is None:
            return False
        self._known |= zip(learnt, matched.groups(), strict=True)
        return True


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Return a stack with the example's role map, and the keys that the pages name."""
    with running_stack("pages", _PARAMETERS) as running:
        apikeys(running, "roles", "put", str(ROLE_MAP), "--yes")
        for name in ("First App", "Second App"):
            running.emulator.client("apigateway").create_api_key(
                name=name, value=secrets.token_urlsafe(24), enabled=True
            )
        yield running


def _run(page: str, session: Session) -> None:
    wrong = [
        f"{page}:{block.line}: {line}"
        for block in run_blocks(page)
        for command in block.commands
        for line in session(command)
    ]
    assert not wrong, "\n".join(wrong)


def _issued(stack: Stack, *options: str) -> str:
    found: str = apikeys(stack, "issue", *options)["record"]["keyId"]
    return found


def test_the_command_line(stack: Stack, tmp_path: Path) -> None:
    """In the order of the page, with a key that was disabled and one that was named."""
    (tmp_path / "examples").symlink_to(checkout.ROOT / "examples")
    former = ROLE_MAP.read_text()
    kept = re.sub(rf"(?s)\[roles\.{MANAGEMENT}\].*?(?=\n\[|\Z)", "", former)
    (tmp_path / "roles.toml").write_text(kept.replace('"* /*"', '"* /*", "GET /x"'))
    old = _issued(stack, "--client", "Old App", "--expires", "never", "--disabled")
    named = ("--name", "staging", "--role", MANAGEMENT, "--expires", "90d")
    known = {
        "11GsHj5oeXD3SdBW": old,
        "6jog6Byh3EHmpkaI": _issued(stack, "--client", "Test App", *named),
        "7e7ed2d7": stack.outputs["ExampleApiId"],
    }
    _run("docs/cli.md", Session(stack, tmp_path, known))


def test_what_hopexs_users_do(stack: Stack, tmp_path: Path) -> None:
    """In the order of the page."""
    file = str(tmp_path / "trial.key")
    options = ("--client", "Trial", "--role", "ADMINISTRATOR", "--expires", "3d")
    trial = _issued(stack, *options, "--key-file", file)
    _run("docs/hopex.md", Session(stack, tmp_path, {"lO9Ad3QPXBmmGZUq": trial}))
