"""What is wrong with a role map: by itself, and for an API's operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys_cli.roles import findings as role_findings
from apikeys_cli.roles.files import read_role_file
from apikeys_cli.roles.operations import compared, document_of, lines
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.formats import echo_lines

if TYPE_CHECKING:
    from pathlib import Path

    from apikeys_cli.admin_function import Invocation
    from apikeys_cli.roles.operations import OperationsOptions


def checked(
    invocation: Invocation, file: Path | None, options: OperationsOptions
) -> dict[str, Any]:
    """Return what the function says of a file's role map, or of the stored one.

    With ``operations`` if the options name an API or its document.
    """
    document = document_of(invocation.connection, options)
    role_map = None if file is None else read_role_file(file)
    answer = invocation.function.invoke("roles.check", roleMap=role_map)
    if document is not None:
        if role_map is None:
            role_map = invocation.function.invoke("roles.get")["roleMap"]
        answer |= compared(role_map, document, options["api"], options["stage"])
    return answer


def print_checked(answer: dict[str, Any], *, is_stored: bool) -> None:
    """Print it for a person."""
    echo_lines(role_findings.sentences(answer["findings"]))
    echo_lines(map(role_findings.lost_sentence, answer.get("opensNoLonger", [])))
    if found := answer.get("operations"):
        echo_lines(lines(found))
        echo_lines(role_findings.sentences(found["findings"]))
    which = "The stored map" if is_stored else "It"
    say(f"{which} would be {'stored' if answer['isValid'] else 'refused'}.")
