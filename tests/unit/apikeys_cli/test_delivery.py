"""``--deliver-to``: a key or password goes into a client's secret, unseen."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from apikeys import digest
from apikeys.key import Key
from apikeys_cli.errors import UnreachableError
from tests.in_process import InProcess
from tests.unit.apikeys_cli.doubles import Cli, LostError

if TYPE_CHECKING:
    from pathlib import Path

_SECRET = "clients/acme"
_TOKEN = "t" * 32
_MAKING = {
    "issue": ("issue", "--client", "Acme"),
    "an account": ("issue", "--client", "Acme", "--login", "olga"),
    "clone": ("clone", "{key}", "--client", "Second"),
    "rotate": ("rotate", "{key}"),
}


@pytest.fixture
def cli(store_role_map: None, account: Any) -> Cli:
    """Return the command line on a function that delivers to a client's secret."""
    del store_role_map
    account.create_secret(Name=_SECRET, SecretString="nothing yet")
    return Cli(InProcess(DELIVERY_PREFIX="clients/"))


def _arguments(cli: Cli, arguments: tuple[str, ...]) -> list[str]:
    key_id = cli.issue()["record"]["keyId"] if "{key}" in arguments else ""
    cli.function.requests.clear()
    return [argument.replace("{key}", key_id) for argument in arguments]


def _value(account: Any, name: str) -> str:
    current = account.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
    return str(current["SecretString"])


def _delivered(account: Any) -> str:
    return _value(account, _SECRET)


@pytest.mark.parametrize("output", ["table", "json", "ndjson", "csv"])
@pytest.mark.parametrize("arguments", _MAKING.values(), ids=_MAKING)
def test_what_is_delivered_is_printed_nowhere(
    cli: Cli, account: Any, arguments: tuple[str, ...], output: str
) -> None:
    """The secret has it, standard error says where, and the hand-over is confirmed."""
    done = cli(*_arguments(cli, arguments), "--deliver-to", _SECRET, "--output", output)
    assert done.exit_code == 0, done.output
    delivered = _delivered(account)
    assert delivered not in done.stdout + done.stderr
    assert f"It is in the secret {_SECRET}, and only there." in done.stderr
    asked, confirmed = cli.function.requests[-2:]
    assert asked["deliverTo"] == _SECRET
    assert confirmed["action"] == "confirm"
    login = confirmed.get("login")
    name = f"APIUSER_{login}" if login else f"APIKEY_{confirmed['keyId']}"
    assert digest.matches(json.loads(_value(account, name))["digest"], delivered)


def test_a_program_reads_where_it_went(cli: Cli, account: Any) -> None:
    """In the formats that programs read, with the record."""
    answer = cli.json(*_MAKING["issue"], "--deliver-to", _SECRET)
    assert answer.keys() >= {"record", "deliveredTo"}
    assert answer["deliveredTo"] == _SECRET
    assert Key.parse(_delivered(account)).key_id == answer["record"]["keyId"]


@pytest.mark.parametrize("arguments", _MAKING.values(), ids=_MAKING)
@pytest.mark.parametrize(
    "other", [("--key-file", "new.key"), ("--password", "-")], ids=lambda o: o[0]
)
def test_there_is_one_place_for_one_credential(
    cli: Cli, arguments: tuple[str, ...], other: tuple[str, str]
) -> None:
    """A key in a file as well would be seen; a password that is given is known."""
    command = [*_arguments(cli, arguments), "--deliver-to", _SECRET, *other]
    done = cli(*command, input="correct horse battery\n")
    assert done.exit_code == 2
    assert "goes with neither --key-file nor --password" in done.stderr
    assert cli.function.requests == []


def test_a_given_password_goes_into_no_file(cli: Cli) -> None:
    """Nothing is generated that could be kept."""
    done = cli(
        *(*_MAKING["an account"], "--password", "-", "--key-file", "new.key"),
        input="correct horse battery\n",
    )
    assert done.exit_code == 2
    assert "--key-file is for what is generated" in done.stderr
    assert cli.function.requests == []


def test_delivery_needs_no_standard_output(
    cli: Cli, account: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What prints does: a key that can't be printed would be lost once it is made."""
    monkeypatch.setattr("apikeys_cli.delivery.sys", SimpleNamespace(stdout=_Closed()))
    done = cli(*_MAKING["issue"])
    assert done.exit_code == 2
    assert cli.function.requests == []
    cli(*_MAKING["issue"], "--deliver-to", _SECRET)
    assert [r["action"] for r in cli.function.requests] == ["issue", "confirm"]
    assert _delivered(account) != "nothing yet"


class _Closed:
    """A standard output that nobody reads."""

    def writable(self) -> bool:
        """Return that it takes nothing."""
        return False

    def flush(self) -> None:
        """Have nothing to flush."""

    def write(self, text: str) -> int:
        """Drop what comes."""
        return len(text)


def test_a_file_of_keys_is_not_delivered_to_one_secret(
    cli: Cli, tmp_path: Path
) -> None:
    """Each would replace the one before."""
    source = tmp_path / "clients.csv"
    source.write_text("client\nAlpha\nBeta\n")
    done = cli("issue", "--from", str(source), "--deliver-to", _SECRET)
    assert done.exit_code == 2
    assert "--deliver-to is for one key, not for --from" in done.stderr
    assert cli.function.requests == []


@pytest.mark.parametrize("arguments", _MAKING.values(), ids=_MAKING)
def test_a_lost_answer_is_finished_by_the_same_command(
    cli: Cli, account: Any, arguments: tuple[str, ...]
) -> None:
    """It delivered or did not: the repeat ends with one key, in the secret."""
    command = [*_arguments(cli, arguments), "--deliver-to", _SECRET]
    lost = LostError("cut off")
    cli.function.fault = _raise_for(arguments[0], lost)
    done = cli(*command)
    assert done.exit_code == 3
    assert "It may not have finished." in done.stderr
    assert "text is lost" not in done.stderr
    cli.function.fault = None
    token = done.stderr.split("--request-token ")[1].split()[0]
    delivered = _delivered(account)
    again = cli(*command, "--request-token", token, "--output", "json")
    assert again.exit_code == 0, again.output
    assert _delivered(account) == delivered
    name = cli.function.requests[-1].get("keyId", "olga")
    records = cli.json("list")["records"]
    assert [r.get("keyId", r.get("login")) for r in records].count(name) == 1
    assert cli.json("list")["unconfirmed"] == []


@pytest.mark.parametrize("to", [(), ("--deliver-to", _SECRET)], ids=["", "to"])
def test_what_never_left_needs_no_repeat(cli: Cli, to: tuple[str, ...]) -> None:
    """Nothing was made: no token is shown."""
    cli.function.fault = _raise_for("issue", UnreachableError("no route"))
    done = cli(*_MAKING["issue"], *to)
    assert done.exit_code == 3
    assert "--request-token" not in done.stderr


def test_a_refused_secret_is_told_by_the_option(cli: Cli) -> None:
    """The field of the function's refusal is the command's own option."""
    done = cli(*_MAKING["issue"], "--deliver-to", "others/acme")
    assert done.exit_code == 1
    assert "--deliver-to: a secret's name begins with clients/" in done.stderr


def _raise_for(action: str, error: Exception) -> Any:
    def fault(request: dict[str, Any], _answer: dict[str, Any]) -> None:
        if request["action"] == action:
            raise error

    return fault
