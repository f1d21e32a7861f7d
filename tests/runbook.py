"""The commands and queries of the operations page, as whoever is on call finds them."""

from __future__ import annotations

from typing import Final

from tests.command_blocks import Block, blocks

PAGE: Final = "docs/operations.md"


def page_blocks() -> list[Block]:
    """Return the page's blocks, in order."""
    return blocks(PAGE)


def queries() -> list[str]:
    """Return the queries that are not marked."""
    return [b.body for b in page_blocks() if b.kind == "text" and not b.reason]


def commands() -> list[str]:
    """Return the commands that are not marked, each on one line."""
    return [
        " ".join(command.text.split("  #")[0].split())
        for block in page_blocks()
        if block.kind == "console" and not block.reason
        for command in block.commands
    ]
