"""``apikeys import``: keys that were minted elsewhere, and that their clients keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import click

from apikeys import document
from apikeys.defaults import RECORD_PREFIX
from apikeys.role_name import normalise_all
from apikeys_cli.batch.faults import refuse
from apikeys_cli.batch.import_rows import ImportRows
from apikeys_cli.batch.imports import CheckedRows, carry_out, preview
from apikeys_cli.batch.ontopop import OntoPopSecrets
from apikeys_cli.batch.report import Report
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.record import (
    RecordOptions,
    described,
    description_options,
    end,
    life_options,
)
from apikeys_cli.roles.names import suggested
from apikeys_cli.terminal.console import messages, say
from apikeys_cli.terminal.formats import show
from apikeys_cli.terminal.key_file import warn_of_readers
from apikeys_cli.terminal.question import ask, yes_option
from apikeys_cli.terminal.secret_input import read_credential
from apikeys_cli.text_input import name_of_source, read_text, text_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.admin_function import Invocation

_SOURCES = {"record": "--record", "source": "--from", "secrets": "--from-secrets"}


class _ImportOptions(RecordOptions):
    deletes: bool
    dry_run: bool
    prefix: str | None
    record: str | None
    secrets: bool
    source: str | None
    yes: bool


@click.command(
    "import",
    cls=Command,
    epilog=examples(
        'apikeys import - --client "Test App" --role REPORTING < client.key',
        "apikeys import --record ontopop-record.json",
        "apikeys import --from keys.csv --role REPORTING --expires 90d --dry-run",
        "apikeys import --from-secrets",
        "apikeys import --from-secrets --delete-imported",
    ),
)
@click.argument("key", required=False, metavar="[-]")
@click.option(
    "--record",
    type=text_path(),
    help="A record that OntoPop wrote, with the key (JSON; - for standard input).",
)
@click.option(
    "--from",
    "source",
    type=text_path(),
    help="Import the key of each row of this file (CSV, JSON or JSON lines; - for "
    "standard input): records of OntoPop's, rows with a request's fields, or API "
    "Gateway's own key file. Options apply to the rows that leave them out. Can be run "
    "again after any interruption.",
)
@click.option(
    "--from-secrets",
    "secrets",
    is_flag=True,
    help="Import the records that OntoPop wrote into this account's Secrets Manager, "
    "read with your own identity.",
)
@click.option(
    "--prefix",
    help="With --from-secrets: what their names begin with. [default: "
    f"{RECORD_PREFIX}]",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="With --from or --from-secrets: say what would be imported, write nothing.",
)
@click.option(
    "--delete-imported",
    "deletes",
    is_flag=True,
    help="With --from-secrets: schedule the deletion (in 30 days) of the secrets whose "
    "keys an earlier run imported.",
)
@yes_option
@description_options()
@life_options()
@common_options
@click.pass_obj
def import_keys(
    invocation: Invocation, /, key: str | None, **options: Unpack[_ImportOptions]
) -> None:
    """Store the records of keys minted elsewhere; their clients keep the keys.

    One key is read from standard input, or asked for on a terminal; it is never an
    argument. Each is stored as an argon2id digest, and never shown. Safe to repeat.
    """
    _check_sources(key, options)
    fields = described(options) | {"enabled": options["enabled"]}
    defaults = fields | {"expires": options["expires"]}
    if options["source"] is not None:
        _import_file(
            invocation, options["source"], defaults, dry_run=options["dry_run"]
        )
    elif options["secrets"]:
        _import_secrets(invocation, defaults, options)
    else:
        given = _one(key, options["record"]) | fields | end(options)
        roles = fields["roles"] or normalise_all(given.get("record", {}).get("roles"))
        with suggested(invocation.function, roles):
            answer = invocation.function.invoke("import", **given)
        show(answer, invocation.output)


def _check_sources(key: str | None, options: Mapping[str, object]) -> None:
    given = [flag for name, flag in _SOURCES.items() if options[name]]
    if len(given) + (key is not None) > 1:
        raise click.UsageError(f"give one of -, {', '.join(_SOURCES.values())}")
    if options["dry_run"] and not (options["source"] or options["secrets"]):
        raise click.UsageError("--dry-run goes with --from and --from-secrets")
    for name, flag in (("prefix", "--prefix"), ("deletes", "--delete-imported")):
        if options[name] and not options["secrets"]:
            raise click.UsageError(f"{flag} goes with --from-secrets")
    if options["dry_run"] and options["deletes"]:
        raise click.UsageError("give --dry-run or --delete-imported")


def _one(key: str | None, record: str | None) -> dict[str, Any]:
    if record is None:
        return {"key": read_credential(key)}
    warn_of_readers(record)
    try:
        return {"record": document.loads(read_text(record))}
    except ValueError as error:
        # Its text may quote the key.
        name = name_of_source(record)
        message = f"{name} holds no JSON object; --from takes several"
        raise click.UsageError(message) from error


def _import_file(
    invocation: Invocation, source: str, defaults: Mapping[str, Any], *, dry_run: bool
) -> None:
    warn_of_readers(source)
    rows = CheckedRows(invocation.function, ImportRows(source, defaults))
    if rows.passed_over:
        say(f"Ignored: {', '.join(rows.passed_over)}.")
    if rows.have_plans:
        say("usagePlanIds is ignored; the column usagePlanId joins a plan.")
    if dry_run:
        preview(rows, Report(invocation.output))
        return
    refuse(name_of_source(source), rows.faults, "no key was imported")
    carry_out(invocation.function, rows, Report(invocation.output))


def _import_secrets(
    invocation: Invocation, defaults: Mapping[str, Any], options: _ImportOptions
) -> None:
    prefix = options["prefix"] or RECORD_PREFIX
    ask(
        lambda: (
            f"Schedule the deletion of OntoPop's own secrets under {prefix} whose "
            "keys an earlier run imported?"
        ),
        is_sure=options["yes"] or not options["deletes"],
    )
    secrets = OntoPopSecrets(invocation.connection, prefix)
    with messages().status("Reading the secrets …"):
        rows = CheckedRows(invocation.function, secrets.rows(defaults))
    report = Report(invocation.output, place="secret")
    if options["dry_run"]:
        preview(rows, report)
    else:
        delete = secrets.delete if options["deletes"] else None
        carry_out(invocation.function, rows, report, delete)
