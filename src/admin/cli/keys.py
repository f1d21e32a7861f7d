"""The commands on keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from admin.cli.options import Expiry, KeyId, target_options
from admin.cli.output import print_record, say, show

if TYPE_CHECKING:
    from admin.cli.target import Target

_EXAMPLES = """\b
Examples:
  apikeys issue --client "Test App" --role REPORTING --expires 90d
  KEY=$(apikeys issue --client nightly-batch --role BATCH)
"""
_SESSION_OPTIONS = {
    "login": "session_login",
    "environment": "session_environment",
    "repository": "session_repository",
    "profile": "session_profile",
    "sessionMode": "session_mode",
    "connectionMode": "connection_mode",
    "dataLanguage": "data_language",
    "guiLanguage": "gui_language",
}


@click.command(epilog=_EXAMPLES)
@click.option("--client", required=True, help="The application the key is for.")
@click.option("--role", "roles", multiple=True, help="A role; repeat for more.")
@click.option(
    "--expires",
    type=Expiry(),
    help="When it ends: 90d, 12h, 2027-01-31 (the whole day, UTC), "
    "2027-01-31T12:00:00 or never. [default: the deployment's]",
)
@click.option("--name", help="What it is for, in a few words.")
@click.option("--description", help="What it is for.")
@click.option("--issuer", help="Who issues it. [default: the deployment's]")
@click.option("--disabled", is_flag=True, help="Refuse it until it is enabled.")
@click.option("--usage-plan", "usage_plan_id", help="An API Gateway usage plan's id.")
@click.option("--request-token", help="32 to 64 letters: makes a repeat safe.")
@click.option("--session-login", help="The back end's login.")
@click.option("--session-environment", help="The session's environment.")
@click.option("--session-repository", help="The session's repository.")
@click.option("--session-profile", help="The session's profile.")
@click.option("--session-mode", type=click.Choice(["multi", "single"]))
@click.option("--connection-mode", type=click.Choice(["read-write", "read-only"]))
@click.option("--data-language", help="The session's language of data.")
@click.option("--gui-language", help="The session's language of texts.")
@target_options
@click.pass_obj
def issue(target: Target, /, **options: Any) -> None:  # noqa: ANN401 - click's values
    """Issue a key and print it, once."""
    end = options["expires"] or {}
    answer = target.invoke(
        "issue",
        client=options["client"],
        issuer=options["issuer"],
        name=options["name"],
        description=options["description"],
        roles=list(options["roles"]),
        enabled=not options["disabled"],
        session=_session(options),
        usagePlanId=options["usage_plan_id"],
        requestToken=options["request_token"],
        **end,
    )
    if target.output == "table":
        print_record(answer["record"], to_stderr=True)
        say("\nThe key; it will not be shown again:")
        click.echo(answer["key"])
    else:
        show(answer, target.output)


@click.command()
@click.argument("key_id", type=KeyId())
@target_options
@click.pass_obj
def get(target: Target, key_id: str) -> None:
    """Show a key's record."""
    show(target.invoke("get", keyId=key_id), target.output)


@click.command()
@click.argument("key_id", type=KeyId())
@target_options
@click.pass_obj
def enable(target: Target, key_id: str) -> None:
    """Let a disabled key pass again."""
    _change(target, "enable", keyId=key_id)


@click.command()
@click.argument("key_id", type=KeyId())
@target_options
@click.pass_obj
def disable(target: Target, key_id: str) -> None:
    """Refuse a key until it is enabled again."""
    _change(target, "disable", keyId=key_id)


@click.command()
@click.argument("key_id", type=KeyId())
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option(
    "--recovery-days",
    type=click.IntRange(7, 30),
    help="How long it can be restored. [default: 30]",
)
@target_options
@click.pass_obj
def revoke(
    target: Target, key_id: str, recovery_days: int | None, *, yes: bool
) -> None:
    """Refuse a key for good."""
    if not yes:
        click.confirm(f"Revoke {key_id}?", abort=True, err=True)
    _change(target, "revoke", keyId=key_id, recoveryDays=recovery_days)


def _change(target: Target, action: str, **fields: object) -> None:
    answer = target.invoke(action, **fields)
    show(answer, target.output)
    say(f"In force everywhere within {answer['effectiveWithinSeconds']} s.")


def _session(options: dict[str, Any]) -> dict[str, str] | None:
    session = {
        setting: options[option]
        for setting, option in _SESSION_OPTIONS.items()
        if options[option] is not None
    }
    for mode in ("sessionMode", "connectionMode"):
        if mode in session:
            session[mode] = session[mode].upper().replace("-", "_")
    return session or None
