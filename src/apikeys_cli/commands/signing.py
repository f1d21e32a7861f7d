"""The commands on the signing key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apikeys_cli.errors import RefusedByFunctionError, UnreachableError
from apikeys_cli.options.common import common_options, examples
from apikeys_cli.options.help import Family
from apikeys_cli.terminal.console import messages, say
from apikeys_cli.terminal.formats import echo_lines, emit
from apikeys_cli.terminal.question import ask, yes_option
from apikeys_cli.wait import pause, until_in_force

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apikeys_cli.admin_function import Invocation


@click.group(cls=Family)
@common_options
def signing() -> None:
    """Rotate and retire the signing keys, which make every key's tag."""


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

    Step 1 announces a new signing key: after the record TTL, the authorizer verifies
    it. Step 2 lets it sign. Keys that the old one signed remain valid: it still
    verifies them.
    """
    answer = invocation.function.invoke("signing.rotate")
    if answer["phase"] == "announced":
        seconds = answer["waitSeconds"]
        say("Step 1 of 2: a new signing key is announced.")
        if not wait:
            _show(_counted(invocation, answer, "signing.rotate"), invocation.output)
            say(f"Run it again in {seconds} s; then the new one signs.")
            return
        pause(seconds, "until the authorizer knows it")
        answer = invocation.function.invoke("signing.rotate")
    say("Step 2 of 2: the new signing key signs. Back the signing secret up again.")
    _show(_counted(invocation, answer, "signing.rotate"), invocation.output)


@signing.command(
    "retire",
    epilog=examples(
        "apikeys signing retire 91c0e7a05d3b8f24",
        "apikeys signing retire 91c0e7a05d3b8f24 --yes",
    ),
)
@click.argument("fingerprint")
@yes_option
@common_options
@click.pass_obj
def retire_signing(invocation: Invocation, fingerprint: str, *, yes: bool) -> None:
    """Drop a previous signing key, by the FINGERPRINT that rotate shows.

    For one that leaked. Every key under it is refused from then on; the number of live
    ones is shown first.
    """
    asked = {"fingerprint": fingerprint}
    first = invocation.function.invoke("signing.retire", countOnly=True, **asked)
    counted = _counted(invocation, first, "signing.retire", **asked)
    live = dict(_by_fingerprint(counted))[fingerprint]
    say(f"Live keys under this signing key: {live}. All of them will be refused.")
    ask(lambda: f"Retire {fingerprint}?", is_sure=yes)
    answer = invocation.function.invoke("signing.retire", **asked)
    # Its fingerprint is gone, so no other count can be requested.
    _show(_counted(invocation, answer, "signing.rotate"), invocation.output)
    say("Back the signing secret up again.")
    until_in_force(invocation.function, answer, wait=False)


def _counted(
    invocation: Invocation, answer: dict[str, Any], action: str, **asked: object
) -> dict[str, Any]:
    """Return an answer with the counts of all its pages, fetched in turn.

    What was written stays written if counting fails: then it has no ``keys``.
    """
    rest = {n: v for n, v in answer.items() if n not in ("keys", "nextToken")}
    try:
        return rest | _pages(invocation, answer, action, **asked)
    except (RefusedByFunctionError, UnreachableError) as error:
        if answer["phase"] == "counted":
            raise
        say(f"Not counted: {error.message}")
        return rest


def _pages(
    invocation: Invocation, page: dict[str, Any], action: str, **asked: object
) -> dict[str, Any]:
    names, keys = page.get("fingerprints"), page.get("keys")
    with messages().status("Counting keys …") as status:
        while (token := page.get("nextToken")) is not None:
            page = invocation.function.invoke(action, nextToken=token, **asked)
            if names not in (None, page["fingerprints"]):
                raise UnreachableError("the signing keys were changed meanwhile")
            names = page["fingerprints"]
            keys = page["keys"] if keys is None else _sum(keys, page["keys"])
            total = keys["current"] + sum(keys["previous"]) + keys["imported"]
            status.update(f"Counting keys … {total + keys['unknown']:,}")
    return {"keys": keys, "fingerprints": names}


def _sum(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    previous = zip(one["previous"], other["previous"], strict=True)
    return {
        "current": one["current"] + other["current"],
        "previous": [mine + theirs for mine, theirs in previous],
        "imported": one["imported"] + other["imported"],
        "unknown": one["unknown"] + other["unknown"],
    }


def _by_fingerprint(answer: dict[str, Any]) -> Iterator[tuple[str, int]]:
    keys, names = answer["keys"], answer["fingerprints"]
    yield names["current"], keys["current"]
    yield from zip(names["previous"], keys["previous"], strict=True)


def _show(answer: dict[str, Any], output: str) -> None:
    if "keys" not in answer:
        emit(output, answer, [answer], ("phase",), lambda: None)
        return
    keys = answer["keys"]
    (current, count), *previous = _by_fingerprint(answer)
    lines = [f"Keys under the current signing key, {current}: {count}"]
    lines += [
        f"Keys under the previous one {name}: {count}" for name, count in previous
    ]
    lines.append(f"Imported keys, which no signing key signed: {keys['imported']}")
    if keys["unknown"]:
        lines.append(f"Keys under signing keys that are gone: {keys['unknown']}")
    fields = ("phase", "current", "previous", "imported", "unknown")
    emit(output, answer, [answer | keys], fields, lambda: echo_lines(lines))
