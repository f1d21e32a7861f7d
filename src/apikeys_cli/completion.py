"""What a shell completes: the roles and the key ids of the deployment.

Asked for by a process of its own, which has no terminal: it can print nothing between
a person's words, ask for no second factor, and is ended when it takes too long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from click.shell_completion import CompletionItem

from apikeys_cli.admin_function import Invocation

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click

# A second for the deployment, and as long for the process to start.
_SECONDS = 2.0
_OPTIONS = ("function", "stack", "profile", "region", "endpoint_url")
# By which click knows that a shell asks.
_REQUEST = "_APIKEYS_COMPLETE"
_PROGRAM = "from apikeys_cli.main import main; main(prog_name='apikeys')"


def complete_role(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Return the roles of the stored role map that begin so."""
    names = dict.fromkeys(row["role"] for row in _rows(context, "roles", "get"))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_key_id(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Return the key ids that begin so, each with its client; revoked ones to restore.

    Of very many, those that were read in time.
    """
    state = ["--state=revoked"] if context.info_name == "restore" else []
    return [
        CompletionItem(record["keyId"], help=_shown(record.get("client")))
        for record in _rows(context, "list", *state)
        if "keyId" in record and record["keyId"].startswith(incomplete)
    ]


def _rows(context: click.Context, *command: str) -> Iterator[dict[str, Any]]:
    """Yield each row of data that a command prints in time."""
    connection = (context.find_object(Invocation) or Invocation()).connection
    options = [
        f"--{name.replace('_', '-')}={value}"
        for name in _OPTIONS
        if (value := getattr(connection, name))
    ]
    for line in _printed([*command, *options, "--output=ndjson"]).splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # the last line, where time was up
            return


def _printed(arguments: list[str]) -> bytes:
    environ = os.environ | {"PYTHONIOENCODING": "utf-8"}
    environ.pop(_REQUEST, None)
    try:
        return subprocess.run(  # noqa: S603 - this program itself, with its own options
            # Modules of the folder that a person stands in are none of its.
            [sys.executable, "-P", "-c", _PROGRAM, *arguments],
            check=False,
            env=environ,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=_SECONDS,
        ).stdout
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""
    except OSError:
        return b""


def _shown(client: object) -> str | None:
    """Return a client's name as a shell may show it."""
    return client if isinstance(client, str) and client.isprintable() else None
