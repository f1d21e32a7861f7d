"""The commands on the signing key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Family
from apikeys_cli.terminal.console import say
from apikeys_cli.terminal.formats import echo_lines, emit
from apikeys_cli.wait import pause

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Invocation


@click.group(cls=Family)
@common_options
def signing() -> None:
    """Rotate the signing key, which makes every key's tag."""


@signing.command(
    "rotate",
    epilog=examples(
        "apikeys signing rotate           # once, and again after the time it says",
        "apikeys signing rotate --wait    # both steps",
    ),
)
@click.option("--wait", is_flag=True, help="Do both steps.")
@common_options
@click.pass_obj
def rotate_signing(invocation: Invocation, *, wait: bool) -> None:
    """Rotate the signing key in two steps; no key is refused at any time.

    Step 1 announces a new signing key: from the record TTL on, the authorizer verifies
    it. Step 2 lets it sign. Keys that the old one signed stay good: it goes on
    verifying them.
    """
    answer = invocation.function.invoke("signing.rotate")
    if answer["phase"] == "announced":
        seconds = answer["waitSeconds"]
        say("Step 1 of 2: a new signing key is announced.")
        if not wait:
            _show(answer, invocation.output)
            say(f"Run it again in {seconds} s; then the new one signs.")
            return
        pause(seconds, "until the authorizer knows it")
        answer = invocation.function.invoke("signing.rotate")
    _show(answer, invocation.output)
    say("Step 2 of 2: the new signing key signs. Back the signing secret up again.")


def _show(answer: dict[str, Any], output: str) -> None:
    keys = answer["keys"]
    lines = [f"Keys under the current signing key: {keys['current']}"]
    for number, count in enumerate(keys["previous"], start=1):
        lines.append(f"Keys under the previous one, {number} back: {count}")
    if keys["unknown"]:
        lines.append(f"Keys under signing keys that are gone: {keys['unknown']}")
    fields = ("phase", "current", "previous", "unknown")
    emit(output, answer, [answer | keys], fields, lambda: echo_lines(lines))
