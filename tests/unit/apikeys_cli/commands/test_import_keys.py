"""``apikeys import``: the key comes by standard input or in OntoPop's record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.apikeys_cli.doubles import Cli

_KEY = "ABCDEFGHIJKLMNOP" + "12356789"
_RECORD = {
    "key": _KEY,
    "issueDate": "2022-03-01T10:32:19",
    "expirationDate": None,
    "client": "Test App",
    "enabled": True,
    "roles": ["READER"],
}


def test_a_key_is_read_from_standard_input_and_never_shown(cli: Cli) -> None:
    """The record is shown, as get shows it."""
    options = ["--client", "Test App", "--role", "READER", "--expires", "never"]
    done = cli("import", "-", *options, input=f"{_KEY}\n")
    assert (done.exit_code, _KEY in done.output) == (0, False)
    assert "Test App" in done.stdout


def test_an_ontopop_record_is_read_from_a_file(cli: Cli, tmp_path: Path) -> None:
    """Twice is the same as once, and says so; options come before the record."""
    file = tmp_path / "record.json"
    file.write_text(json.dumps(_RECORD))
    first = cli.json("import", "--record", str(file))
    again = cli.json("import", "--record", str(file))
    assert again == first | {"repeated": True}
    done = cli("import", "--record", str(file), "--client", "Other")
    assert (done.exit_code, "key_exists" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "text",
    [f'{{"key": "{_KEY}"', f'{{"key": "{_KEY}", "enabled": false, "enabled": true}}'],
)
def test_what_is_not_json_is_a_usage_error_that_shows_nothing(
    cli: Cli, tmp_path: Path, text: str
) -> None:
    """The file holds a key, most likely; a duplicate name says two things."""
    file = tmp_path / "record.json"
    file.write_text(text)
    done = cli("import", "--record", str(file))
    assert (done.exit_code, _KEY in done.output) == (2, False)
    assert "holds no JSON" in done.stderr


def test_a_key_as_an_argument_is_refused(cli: Cli) -> None:
    """Other users of the machine would see it."""
    done = cli("import", _KEY, "--client", "Test App")
    assert (done.exit_code, _KEY in done.output) == (2, False)
