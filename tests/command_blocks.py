"""The commands that the documents show, and which of them nothing here runs."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from local import checkout

COMMANDS: Final = ("console", "bash", "sh")
_BLOCK: Final = re.compile(
    r"(?:^ *<!-- not run: (?P<reason>[^\n]+?) -->\n)?"
    r"^ *```(?P<kind>\w*)\n(?P<body>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
# Of all that follow on the page.
_BELOW: Final = re.compile(r"^<!-- not run below: (.+) -->$", re.MULTILINE)


class Block(NamedTuple):
    """A block of code.

    Attributes:
        line: where the page has it.
        kind: what the page says it is.
        body: its text, without the indents of a list.
        reason: why it is not run; empty where it is.
    """

    line: int
    kind: str
    body: str
    reason: str

    @property
    def commands(self) -> list[Command]:
        """Its commands, in order; of a script the whole."""
        if self.kind != "console":
            return [Command(self.body, [])]
        found: list[Command] = []
        for line in self.body.replace("\\\n", "").splitlines():
            if line.startswith("$ "):
                found.append(Command(line.removeprefix("$ "), []))
            elif found[-1].text.endswith("|"):
                # The rest of a pipeline.
                found[-1] = found[-1]._replace(text=f"{found[-1].text} {line}")
            else:
                found[-1].output.append(line)
        return found


class Command(NamedTuple):
    """A command, and what the page shows of its output."""

    text: str
    output: list[str]


def pages() -> list[str]:
    """Return the documents that a reader follows, by their paths."""
    found = [checkout.ROOT / "README.md", *(checkout.ROOT / "docs").rglob("*.md")]
    return sorted(str(page.relative_to(checkout.ROOT)) for page in found)


def blocks(page: str) -> list[Block]:
    """Return a page's blocks of code, in order."""
    text = (checkout.ROOT / page).read_text()
    below = _BELOW.search(text)
    found = []
    for match in _BLOCK.finditer(text):
        lines = match["body"].splitlines()
        indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
        body = "\n".join(line[min(indents) :] for line in lines)
        line = text.count("\n", 0, match.start("kind")) + 1
        reason = match["reason"] or ""
        if below is not None and below.start() < match.start():
            reason = reason or below[1]
        found.append(Block(line, match["kind"], body, reason))
    return found


def run_blocks(page: str) -> list[Block]:
    """Return the blocks of commands that the page does not mark as not run."""
    return [b for b in blocks(page) if b.kind in COMMANDS and not b.reason]
