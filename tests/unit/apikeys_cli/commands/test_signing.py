"""The commands on the signing key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from admin.actions import rotate_signing_key
from admin.errors import Code, RefusedError
from admin.stores.signing_secret import fingerprint
from apikeys_cli import wait
from apikeys_cli.errors import UnreachableError
from tests.builders import SIGNING_TEXT, signing_secret

if TYPE_CHECKING:
    from tests.unit.apikeys_cli.doubles import Cli

_LEAKED = "o" * 64
_NAME = fingerprint(_LEAKED.encode())
_CURRENT = fingerprint(SIGNING_TEXT.encode())


def _names(account: Any) -> list[str]:
    stored = account.get_secret_value(SecretId="signing", VersionStage="AWSCURRENT")
    previous = json.loads(stored["SecretString"])["previous"]
    return [fingerprint(key.encode()) for key in previous]


@pytest.fixture
def leaked(cli: Cli, account: Any) -> dict[str, Any]:
    """Put two keys under a signing key that leaked, and return one."""
    text = signing_secret(_LEAKED)
    account.put_secret_value(SecretId="signing", SecretString=text)
    cli.issue()
    issued = cli.issue()
    text = signing_secret(SIGNING_TEXT, _LEAKED)
    account.put_secret_value(SecretId="signing", SecretString=text)
    cli.issue()
    return issued


def test_rotate_explains_the_first_step(cli: Cli, account: Any) -> None:
    """Nothing signs yet; the next step and its time are told."""
    cli.issue()
    done = cli("signing", "rotate")
    assert done.exit_code == 0
    assert "Step 1 of 2" in done.stderr
    assert "again in 2 s" in done.stderr
    assert done.stdout.splitlines() == [
        f"Keys under the current signing key, {_CURRENT}: 1",
        f"Keys under the previous one {_names(account)[0]}: 0",
        "Imported keys, which no signing key signed: 0",
    ]
    assert cli("signing", "rotate").exit_code == 1
    cli.function.later = 2
    assert "Step 2 of 2" in cli("signing", "rotate").stderr


def test_rotate_wait_does_both_steps(
    cli: Cli, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new key signs when it comes back; keys of the old one are counted."""

    def pass_time(length: float) -> None:
        cli.function.later += length

    cli.issue()
    cli("import", "--client", "Old", "-", input="ABCDEFGHIJKLMNOP12356789\n")
    monkeypatch.setattr(wait, "sleep", pass_time)
    answer = cli.json("signing", "rotate", "--wait")
    assert answer["phase"] == "promoted"
    assert answer["keys"] == {
        "current": 0,
        "previous": [1],
        "imported": 1,
        "unknown": 0,
    }
    assert answer["fingerprints"]["previous"] == _names(account) == [_CURRENT]


def test_rotate_counts_keys_of_signing_keys_that_are_gone(
    cli: Cli,
    account: Any,
) -> None:
    """They are refused as forged, which somebody should know."""
    cli.issue()
    account.put_secret_value(
        SecretId="signing", SecretString=json.dumps({"current": "x" * 64})
    )
    done = cli("signing", "rotate")
    assert "Keys under signing keys that are gone: 1" in done.stdout


def test_all_pages_of_a_count_are_added_up(
    cli: Cli, leaked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many answers it takes; the rotation is asked for once."""
    del leaked
    monkeypatch.setattr(rotate_signing_key, "MAX_NAMES", 1)
    monkeypatch.setattr(rotate_signing_key, "_MOST_PAGES", 1)
    cli.function.requests.clear()
    answer = cli.json("signing", "rotate")
    assert answer["phase"] == "announced"
    assert answer["keys"] == {
        "current": 1,
        "previous": [0, 2],
        "imported": 0,
        "unknown": 0,
    }
    assert "nextToken" not in answer
    tokens = ["nextToken" in request for request in cli.function.requests]
    assert tokens == [False, True, True]


def test_a_rotation_whose_count_fails_is_done_all_the_same(
    cli: Cli, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says that it was not counted, and nothing that is not so."""
    cli.issue()
    records = type(cli.function._actions._deployment.records)

    def fail(*_arguments: object, **_options: object) -> None:
        raise RefusedError(Code.STORE_UNAVAILABLE, "down")

    monkeypatch.setattr(records, "page", fail)
    done = cli("signing", "rotate")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Step 1 of 2" in done.stderr
    assert "Not counted: down" in done.stderr
    assert len(_names(account)) == 1


def test_retire_says_first_how_many_keys_it_refuses(
    cli: Cli, account: Any, leaked: dict[str, Any], person: None
) -> None:
    """Without an answer nothing is dropped; with yes they are refused from then on."""
    del person
    for answer in ("n\n", ""):
        done = cli("signing", "retire", _NAME, input=answer)
        assert done.exit_code == 1
        assert "Live keys under this signing key: 2." in done.stderr
        assert _names(account) == [_NAME]
    done = cli("signing", "retire", _NAME, input="y\n")
    assert (done.exit_code, _names(account)) == (0, [])
    assert "Keys under signing keys that are gone: 2" in done.stdout
    assert "In force everywhere within 5 s." in done.stderr
    verified = cli("verify", "-", input=leaked["key"])
    assert "forged" in verified.stdout


def test_retire_asks_nobody_where_nobody_sits(
    cli: Cli, account: Any, leaked: dict[str, Any]
) -> None:
    """A usage error, and nothing is dropped."""
    del leaked
    done = cli("signing", "retire", _NAME, input="y\n")
    assert (done.exit_code, _names(account)) == (2, [_NAME])
    assert "--yes is required when not interactive" in done.stderr


def test_retire_is_done_at_once_with_yes(
    cli: Cli, account: Any, leaked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count before it and the one after take as many answers as they need."""
    del leaked
    monkeypatch.setattr(rotate_signing_key, "MAX_NAMES", 1)
    monkeypatch.setattr(rotate_signing_key, "_MOST_PAGES", 1)
    answer = cli.json("signing", "retire", _NAME, "--yes")
    assert (answer["phase"], answer["keys"]["unknown"]) == ("retired", 2)
    assert _names(account) == []


def test_retire_of_a_signing_key_that_is_not_there_names_those_that_are(
    cli: Cli, leaked: dict[str, Any]
) -> None:
    """Refused, before anything is asked."""
    del leaked
    done = cli("signing", "retire", "0" * 16)
    assert done.exit_code == 1
    assert f"is not a previous key's: {_NAME}" in done.stderr
    done = cli("signing", "retire", _CURRENT, "--yes")
    assert "is the current signing key's; rotate first" in done.stderr


def test_retire_without_a_count_drops_nothing(
    cli: Cli, account: Any, leaked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even with --yes: nobody would know what it refuses."""
    del leaked
    records = type(cli.function._actions._deployment.records)

    def fail(*_arguments: object, **_options: object) -> None:
        raise RefusedError(Code.STORE_UNAVAILABLE, "down")

    monkeypatch.setattr(records, "page", fail)
    assert cli("signing", "retire", _NAME, "--yes").exit_code == 3
    assert _names(account) == [_NAME]


def test_retire_with_half_a_count_drops_nothing(
    cli: Cli, account: Any, leaked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the keys are not all that it refuses."""
    del leaked
    monkeypatch.setattr(rotate_signing_key, "MAX_NAMES", 1)
    monkeypatch.setattr(rotate_signing_key, "_MOST_PAGES", 1)

    def fail(request: dict[str, Any], _: object) -> None:
        if "nextToken" in request:
            raise UnreachableError("down")

    cli.function.fault = fail
    assert cli("signing", "retire", _NAME, "--yes").exit_code == 3
    assert _names(account) == [_NAME]


def test_a_count_of_other_signing_keys_is_not_added_up(
    cli: Cli, account: Any, leaked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody else rotates meanwhile, no figure would be right."""
    del leaked
    monkeypatch.setattr(rotate_signing_key, "MAX_NAMES", 1)
    monkeypatch.setattr(rotate_signing_key, "_MOST_PAGES", 1)

    def change(request: dict[str, Any], _: object) -> None:
        if "nextToken" not in request:
            text = signing_secret(SIGNING_TEXT, "p" * 64, _LEAKED)
            account.put_secret_value(SecretId="signing", SecretString=text)

    cli.function.fault = change
    done = cli("signing", "retire", _NAME, "--yes")
    assert done.exit_code == 3
    assert "the signing keys were changed meanwhile" in done.stderr
    assert _NAME in _names(account)
