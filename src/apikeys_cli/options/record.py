"""The options that name or describe a record, and the request fields they set."""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import click

from apikeys.defaults import LEAST_RECOVERY_DAYS, RECOVERY_DAYS
from apikeys.networks import MAX_NETWORKS
from apikeys_cli import dates
from apikeys_cli.completion import complete_key_id, complete_role
from apikeys_cli.options.help import SessionOption
from apikeys_cli.options.types import EXPIRY, KEY_ID, LOGIN, NETWORK, REQUEST_TOKEN
from apikeys_cli.roles.names import split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

type _Text = Literal["client", "issuer", "name", "description"]
# The record's fields that have the same names as options.
_TEXTS: tuple[_Text, ...] = ("client", "issuer", "name", "description")
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
_SESSION_CHOICES = (
    ("--session-login", None, "The back end's login."),
    ("--session-environment", None, "The session's environment."),
    ("--session-repository", None, "The session's repository."),
    ("--session-profile", None, "The session's profile."),
    ("--session-mode", click.Choice(["multi", "single"]), "The session's mode."),
    (
        "--connection-mode",
        click.Choice(["read-write", "read-only"]),
        "Whether it may write.",
    ),
    ("--data-language", None, "The language of the session's data."),
    ("--gui-language", None, "The language of the session's user interface."),
)


request_token_option = click.option(
    "--request-token",
    type=REQUEST_TOKEN,
    help="32 to 64 letters, digits, hyphens: makes a repeat safe.",
)

recovery_option = click.option(
    "--recovery-days",
    type=click.IntRange(LEAST_RECOVERY_DAYS, RECOVERY_DAYS),
    help=f"How long it can be restored. [default: {RECOVERY_DAYS}]",
)


deliver_option = click.option(
    "--deliver-to",
    metavar="SECRET",
    help="Store it in this secret, which its client reads, and show it to nobody.",
)


class LifeOptions(TypedDict):
    """The values of ``life_options``."""

    enabled: bool | None
    expires: str | None


class RecordOptions(LifeOptions):
    """These and the values of ``description_options``."""

    client: str | None
    roles: tuple[str, ...]
    allow_from: tuple[str, ...]
    name: str | None
    description: str | None
    issuer: str | None
    session_login: str | None
    session_environment: str | None
    session_repository: str | None
    session_profile: str | None
    session_mode: str | None
    connection_mode: str | None
    data_language: str | None
    gui_language: str | None


def principal_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument KEY_ID and the option ``--login``, one of which must be given.

    The command gets ``principal``: the request's field that names the record.
    """

    @wraps(command)
    def named(
        *arguments: Any,  # noqa: ANN401 - the command's
        key_id: str | None,
        login: str | None,
        **options: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        if (key_id is None) == (login is None):
            raise click.UsageError("give either a key id or --login")
        principal = {"keyId": key_id} if login is None else {"login": login}
        return command(*arguments, principal=principal, **options)

    login_option = click.option(
        "--login", type=LOGIN, help="A Basic account, instead of a key id."
    )
    key_id_argument = click.argument(
        "key_id", type=KEY_ID, required=False, shell_complete=complete_key_id
    )
    return key_id_argument(login_option(named))


def description_options(
    issuer: str = "Who issues it. [default: the deployment's]",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the options describing a record.

    Args:
        issuer: the help of ``--issuer``.
    """
    options = (
        click.option("--client", help="The application the key is for."),
        click.option(
            "--role",
            "roles",
            multiple=True,
            help="A role, or several: A,B; repeatable.",
            shell_complete=complete_role,
        ),
        click.option("--name", help="What it is for, in a few words."),
        click.option("--description", help="What it is for."),
        click.option("--issuer", help=issuer),
        click.option(
            "--allow-from",
            type=NETWORK,
            multiple=True,
            help="A network that its client may call from, such as 203.0.113.0/24; "
            f"repeatable, {MAX_NETWORKS} at most. Behind CloudFront or a proxy the "
            "address is the proxy's.",
        ),
        *(
            click.option(flag, cls=SessionOption, type=kind, help=text)
            for flag, kind, text in _SESSION_CHOICES
        ),
    )
    return _added(options)


def life_options(
    default: str = "the deployment's",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the options for a key's end and its enabled flag.

    Args:
        default: what the help of ``--expires`` names as the default.
    """
    options = (
        click.option(
            "--expires",
            type=EXPIRY,
            help="When it ends: 90d, 12h, 30m, 2027-01-31 (the whole day, UTC), "
            "2027-01-31T12:00:00 or never. Not how long a session on the back end "
            f"lasts. [default: {default}]",
        ),
        click.option(
            "--enabled/--disabled",
            default=None,
            help="Let it pass, or refuse it for now.",
        ),
    )
    return _added(options)


def _added(
    options: Sequence[Callable[[Callable[..., Any]], Callable[..., Any]]],
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def described(options: RecordOptions) -> dict[str, Any]:
    """Return the request's fields that the options give; None if not given."""
    return {
        **{field: options[field] for field in _TEXTS},
        "roles": split(options["roles"]) or None,
        "allowedCidrs": list(options["allow_from"]) or None,
        "session": _session(options),
    }


def end(options: LifeOptions) -> dict[str, object]:
    """Return the request's fields that say when the key ends, if any."""
    text = options["expires"]
    return (text and dates.end_fields(text, time.time())) or {}


def _session(options: Mapping[str, object]) -> dict[str, str] | None:
    session = {
        setting: str(options[option])
        for setting, option in _SESSION_OPTIONS.items()
        if options[option] is not None
    }
    for mode in ("sessionMode", "connectionMode"):
        if mode in session:
            session[mode] = session[mode].upper().replace("-", "_")
    return session or None
