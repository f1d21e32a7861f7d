"""The commands and queries of the operations page, as whoever is on call finds them."""

from __future__ import annotations

import re
from typing import NamedTuple

from local import checkout

PAGE = checkout.ROOT / "docs" / "operations.md"
_BLOCK = re.compile(
    r"(?P<marked><!-- AWS only -->\n)?^ *```(?P<kind>\w*)\n(?P<body>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A block of code.

    Attributes:
        kind: what the page says it is.
        body: its text, without the indents of a list.
        is_aws_only: whether the page says that nothing here can run it.
    """

    kind: str
    body: str
    is_aws_only: bool


def blocks() -> list[Block]:
    """Return the page's blocks, in order."""
    found = []
    for match in _BLOCK.finditer(PAGE.read_text()):
        lines = match["body"].splitlines()
        indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
        body = "\n".join(line[indent:] for line in lines)
        found.append(Block(match["kind"], body, bool(match["marked"])))
    return found


def queries() -> list[str]:
    """Return the queries that are not marked."""
    return [b.body for b in blocks() if b.kind == "text" and not b.is_aws_only]


def commands() -> list[str]:
    """Return the commands that are not marked, each on one line."""
    found = []
    for block in blocks():
        if block.kind == "console" and not block.is_aws_only:
            joined = block.body.replace("\\\n", " ")
            found += [
                " ".join(line.removeprefix("$ ").split("  #")[0].split())
                for line in joined.splitlines()
                if line.startswith("$ ")
            ]
    return found
