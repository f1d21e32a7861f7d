"""The commands that the documents show: each is run, or says why nothing runs it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click
import pytest

from apikeys_cli.main import main
from local.checkout import ROOT
from tests import readme
from tests.command_blocks import COMMANDS, blocks, pages, run_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

# Who runs each block of a page that is not marked.
_RUN_BY: Final = {
    "README.md": "integration/test_readme.py",
    "docs/attach.md": "integration/test_attach_cli.py",
    "docs/cli.md": "integration/test_pages.py",
    "docs/hopex.md": "integration/test_pages.py",
    "docs/local.md": "integration/test_readme_build.py",
    "docs/migration-ontopop.md": "integration/test_moving_over.py",
    "docs/operations.md": "integration/test_runbook.py",
}
# A command begins after these.
_AFTER: Final = re.compile(
    r"(?:^|[|;&(]\s*|&&\s*|\bdo\s+)apikeys (?P<arguments>[^|;&)]*)"
)


@pytest.mark.parametrize("page", pages())
def test_each_block_is_run_or_marked(page: str) -> None:
    """By a comment before it: ``<!-- not run: the reason -->``."""
    if page not in _RUN_BY:
        neither = [f"{page}:{block.line}" for block in run_blocks(page)]
        assert not neither, f"run by no test and not marked: {neither}"


@pytest.mark.parametrize(("page", "test"), _RUN_BY.items())
def test_who_runs_a_page_is_there(page: str, test: str) -> None:
    """And the page has something for it to run."""
    assert (ROOT / "tests" / test).is_file()
    assert run_blocks(page)


@pytest.mark.parametrize(
    ("page", "headings"),
    [
        ("README.md", ("Five minutes with a local stack", "Deploy to AWS")),
        ("docs/local.md", ("One event: Lambda's runtime emulator",)),
    ],
)
def test_a_page_that_is_run_by_sections_has_no_others(
    page: str, headings: tuple[str, ...]
) -> None:
    """Those that its test names."""
    written = [c for heading in headings for c in readme.commands(heading, page)]
    found = [command for block in run_blocks(page) for command in block.commands]
    assert [c.text.split("   #")[0].strip() for c in found] == written


def test_scripts_that_are_run_are_the_ones_of_their_tests() -> None:
    """The three that attach, and the two of the way over."""
    attaching = [c.text for b in run_blocks("docs/attach.md") for c in b.commands]
    assert {c.split()[0] for c in attaching} == {
        f"examples/attach/cli/{kind}.sh" for kind in ("rest", "http", "websocket")
    }
    moving = run_blocks("docs/migration-ontopop.md")
    assert [block.kind for block in moving] == ["bash", "bash"]


def _invocations() -> Iterator[tuple[str, str]]:
    """Yield what each command of ``apikeys`` is given, marked ones as well."""
    for page in pages():
        for block in blocks(page):
            if block.kind in COMMANDS:
                text = block.body.replace("\\\n", " ")
                for line in text.splitlines():
                    if block.kind != "console" or line.startswith("$ "):
                        for found in _AFTER.finditer(line.removeprefix("$ ")):
                            yield f"{page}:{block.line}", found["arguments"]


@pytest.mark.parametrize(("place", "arguments"), list(_invocations()))
def test_each_command_and_option_is_there(place: str, arguments: str) -> None:
    """Whether it is run or not: no page names what the command line has not."""
    unquoted = re.sub(r""""[^"]*"?|'[^']*'?|<[^>]*>|\s#.*""", " ", arguments)
    words = unquoted.split()
    command: click.Command = main
    known = {name for parameter in main.params for name in parameter.opts}
    for word in words:
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
            for parameter in command.params:
                known |= {*parameter.opts, *parameter.secondary_opts}
    assert command is not main, place
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert options <= known | {"--help", "--version"}, place
