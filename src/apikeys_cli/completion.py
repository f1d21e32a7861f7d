"""What a shell completes: the roles and the key ids of the deployment.

They are read by a separate process without a terminal: it can't print anything between
a person's words or ask for a second factor, and is ended if it takes too long.
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

# One second for the deployment, and one for the process to start.
_SECONDS = 2.0
_OPTIONS = ("function", "stack", "profile", "region", "endpoint_url")
# By this click knows that a shell asks.
_REQUEST = "_APIKEYS_COMPLETE"
_PROGRAM = "from apikeys_cli.main import main; main(prog_name='apikeys')"


def complete_role(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Return the stored role map's roles that begin like this."""
    names = dict.fromkeys(row["role"] for row in _rows(context, "roles", "get"))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def complete_key_id(
    context: click.Context, _: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Return the key ids that begin so, each with its client; revoked ones for restore.

    If there are very many, those that were read in time.
    """
    state = ["--state=revoked"] if context.info_name == "restore" else []
    return [
        CompletionItem(record["keyId"], help=_shown(record.get("client")))
        for record in _rows(context, "list", *state)
        if "keyId" in record and record["keyId"].startswith(incomplete)
    ]


def _rows(context: click.Context, *command: str) -> Iterator[dict[str, Any]]:
    """Yield each row of data that a command prints within the time."""
    connection = (context.find_object(Invocation) or Invocation()).connection
    options = [
        f"--{name.replace('_', '-')}={value}"
        for name in _OPTIONS
        if (value := getattr(connection, name))
    ]
    for line in _printed([*command, *options, "--output=ndjson"]).splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # the last line, cut when time was up
            return


def _printed(arguments: list[str]) -> bytes:
    environ = os.environ | {"PYTHONIOENCODING": "utf-8"}
    environ.pop(_REQUEST, None)
    try:
        return subprocess.run(  # noqa: S603 - this program itself, with its own options
            # Keeps modules in the current folder from being imported.
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
    """Return a client's name as it is safe to show in a shell."""
    return client if isinstance(client, str) and client.isprintable() else None
