"""``apikeys console``: the keys in a browser, on this machine only."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Command

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation

_EXTRA = ("jinja2", "python_multipart", "starlette", "uvicorn")
_LAST_PORT = 65_535


@click.command(
    cls=Command,
    epilog=examples("apikeys console", "apikeys console --port 8321 --no-open"),
)
@click.option(
    "--port",
    type=click.IntRange(0, _LAST_PORT),
    default=0,
    help="The port on 127.0.0.1.  [default: a free one]",
)
@click.option("--no-open", is_flag=True, help="Print the address; open no browser.")
@common_options
@click.pass_obj
def console(invocation: Invocation, *, port: int, no_open: bool) -> None:
    """Serve the console: make, find and change keys in a browser, until Ctrl-C.

    It serves only this machine and one browser, under your own AWS identity.
    """
    if any(find_spec(name) is None for name in _EXTRA):
        raise click.UsageError("the console is an extra: install apikeys[console]")
    from apikeys_cli.console.context import Console  # noqa: PLC0415 - an extra
    from apikeys_cli.console.server import serve  # noqa: PLC0415 - an extra

    serve(Console(invocation), port, opens=not no_open)
