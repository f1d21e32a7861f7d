"""``apikeys import``: a key that was minted elsewhere, and that its client keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from admin.cli.description import (
    described,
    description_options,
    enabled_option,
    end,
    expires_option,
)
from admin.cli.options import examples, target_options
from admin.cli.output import show
from admin.cli.secret_input import read_credential

if TYPE_CHECKING:
    from typing import TextIO

    from admin.cli.target import Target


@click.command(
    "import",
    epilog=examples(
        'apikeys import - --client "Test App" --role REPORTING < client.key',
        "apikeys import --record ontopop-record.json",
    ),
)
@click.argument("key", required=False, metavar="[-]")
@click.option(
    "--record",
    type=click.File(encoding="utf-8"),
    help="A record that OntoPop wrote (JSON; - for standard input), key and all.",
)
@description_options
@expires_option
@enabled_option
@target_options
@click.pass_obj
def import_key(
    target: Target,
    /,
    key: str | None,
    record: TextIO | None,
    **options: Any,  # noqa: ANN401 - click's values
) -> None:
    """Store the record of a key that was minted elsewhere; its client keeps the key.

    The key is read from standard input, or asked for on a terminal; never an argument.
    It is stored as an argon2id digest, and shown nowhere. Safe to repeat.
    """
    fields: dict[str, Any] = (
        {"key": read_credential(key)} if record is None else {"record": _read(record)}
    )
    fields |= described(options) | end(options) | {"enabled": options["enabled"]}
    show(target.invoke("import", **fields), target.output)


def _read(file: TextIO) -> object:
    try:
        return json.load(file)
    except ValueError as error:
        # Its text may quote the key.
        raise click.UsageError(f"{file.name} holds no JSON") from error
