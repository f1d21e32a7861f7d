"""``apikeys verify``: would this credential pass?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import click

from apikeys_cli.options.api import api_options, check_api
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command
from apikeys_cli.options.types import ADDRESS, LOGIN
from apikeys_cli.terminal.console import print_data
from apikeys_cli.terminal.formats import echo_lines, record_table, show
from apikeys_cli.terminal.secret_input import read_credential

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apikeys_cli.admin_function import Invocation

_REFUSED = 1


class _VerifyOptions(TypedDict):
    login: str | None
    route: str | None
    api: str | None
    stage: str | None
    source_ip: str | None


@click.command(
    cls=Command,
    epilog=examples(
        "apikeys verify                  # asks for the credential, hidden",
        "apikeys verify - < client.key",
        'printf %s "$KEY" | apikeys verify && echo it passes',
        "apikeys verify --login webservice   # asks for its password, hidden",
        'apikeys verify - --route "GET /reports/7" < client.key',
        "apikeys verify - --from 203.0.113.7 < client.key",
    ),
)
@click.argument("credential", required=False, metavar="[-]")
@click.option("--login", type=LOGIN, help="The credential is this login's password.")
@click.option(
    "--route",
    metavar="'METHOD /path'",
    help="Also say whether this request is open, and by which role.",
)
@click.option(
    "--from",
    "source_ip",
    type=ADDRESS,
    help="Judge a call from this address, if the record names networks.",
)
@api_options
@common_options
@click.pass_obj
@click.pass_context
def verify(
    context: click.Context,
    invocation: Invocation,
    credential: str | None,
    **options: Unpack[_VerifyOptions],
) -> None:
    """Say what the authorizer would decide about a credential, and why.

    It is read from standard input, or asked for on a terminal; it is never an argument.
    Exits with 1 if it would be refused, or if the route is closed.
    """
    check_api(options["api"], options["stage"])
    answer = invocation.function.invoke(
        "verify",
        login=options["login"],
        credential=read_credential(credential),
        route=options["route"],
        api=options["api"],
        stage=options["stage"],
        **{"from": options["source_ip"]},
    )
    ruling = answer.get("route")
    if invocation.output == "table":
        echo_lines([f"{answer['decision']}: {answer['reason']}"])
        if ruling is not None:
            echo_lines(_ruling_lines(ruling))
        if "record" in answer:
            print_data(record_table(answer["record"]))
    else:
        show(answer, invocation.output)
    is_shut = ruling is not None and not ruling["open"]
    if answer["decision"] != "allow" or is_shut:
        context.exit(_REFUSED)


def _ruling_lines(ruling: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is said about a route, for a person."""
    verdict = "open" if ruling["open"] else "shut"
    yield f"{ruling['request']}: {verdict}: {ruling['reason']}"
    if "finding" in ruling:
        yield f"The policy differs from the rules: {ruling['finding']}"
