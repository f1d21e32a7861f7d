"""``roles edit``, and ``roles get`` into ``roles put``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apikeys_cli.roles.files import parse_role_map
from apikeys_cli.terminal.toml import toml
from tests.builders import ROLE_MAP

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.apikeys_cli.doubles import Cli


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Return what somebody leaves in the editor, time after time; None: unsaved."""
    left: list[str | None] = []
    monkeypatch.setattr(click, "edit", lambda *_, **__: left.pop(0))
    return left


def _stored(cli: Cli) -> dict[str, Any]:
    return cli.json("roles", "get")


_OTHER = '[roles.AUDITOR]\nallow = ["GET /audit"]\n'


def test_what_is_left_in_the_editor_is_stored(
    cli: Cli, edited: list[str | None], person: None
) -> None:
    """The difference is shown, and somebody says yes."""
    del person
    edited.append(_OTHER)
    done = cli("roles", "edit", input="y\n")
    assert done.exit_code == 0, done.output
    assert "+ allow GET /audit" in done.stderr
    assert _stored(cli)["roles"] == {"AUDITOR": {"allow": ["GET /audit"]}}


def test_the_editor_opens_on_the_stored_map(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As TOML; left as it is, or unsaved, it is not stored again."""
    opened: list[str] = []

    def same(text: str, extension: str) -> str | None:
        assert extension == ".toml"
        opened.append(text)
        return text if len(opened) == 1 else None

    monkeypatch.setattr(click, "edit", same)
    for _ in range(2):
        done = cli("roles", "edit")
        assert (done.exit_code, "Nothing was changed." in done.stderr) == (0, True)
    assert parse_role_map(opened[0], "it", is_json=False) == ROLE_MAP
    assert "roles.put" not in [r["action"] for r in cli.function.requests]


def test_what_can_not_be_stored_is_edited_again(
    cli: Cli, edited: list[str | None], person: None
) -> None:
    """Nothing that was typed is lost."""
    del person
    edited += ["[roles.A\n", '[roles.A]\nallow = ["/no-method"]\n', _OTHER]
    done = cli("roles", "edit", input="y\ny\ny\n")
    assert done.exit_code == 0, done.output
    assert "can't be read" in done.stderr
    assert done.stderr.count("Edit it again?") == 2
    assert "AUDITOR" in _stored(cli)["roles"]


def test_without_a_person_it_is_stored_or_refused(
    cli: Cli, edited: list[str | None]
) -> None:
    """``EDITOR`` may be a program; the answer is then ``--yes``."""
    before = _stored(cli)
    edited += ["[roles.A\n", _OTHER, _OTHER]
    assert cli("roles", "edit", "--yes").exit_code == 1
    assert cli("roles", "edit").exit_code == 2
    assert _stored(cli) == before
    assert cli("roles", "edit", "--yes", "--no-count").exit_code == 0
    assert _stored(cli) != before


def test_a_map_that_somebody_else_stored_meanwhile_stays(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was shown is compared with a version, and replaces only that."""

    def slow(_text: str, **_: str) -> str:
        other = {"roles": {"OTHERS": {"allow": ["GET /x"]}}}
        cli.function.answer({"action": "roles.put", "roleMap": other})
        return _OTHER

    monkeypatch.setattr(click, "edit", slow)
    assert cli("roles", "edit", "--yes").exit_code == 1
    assert "OTHERS" in _stored(cli)["roles"]


def test_the_first_map_can_be_written_in_the_editor(
    cli: Cli, account: Any, edited: list[str | None]
) -> None:
    """There is none yet."""
    account.delete_secret(SecretId="APIROLES", ForceDeleteWithoutRecovery=True)
    edited.append(_OTHER)
    assert cli("roles", "edit", "--yes").exit_code == 0
    assert "AUDITOR" in _stored(cli)["roles"]


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_get_into_put_is_the_identity(cli: Cli, tmp_path: Path, suffix: str) -> None:
    """To a person and to a program."""
    role_map = {
        "unmapped": "any-key",
        "roles": {
            "A": {
                "allow": ["GET /a/*", {"route": "POST /graphql", "reads": True}],
                "deny": ["PUT /a/b"],
            },
            "EMPTY": {},
        },
    }
    file = tmp_path / f"map.{suffix}"
    put = cli.function.answer({"action": "roles.put", "roleMap": role_map})
    assert put["status"] == 200, put
    output = ["--output", "json"] if suffix == "json" else []
    file.write_text(cli("roles", "get", *output).stdout)
    before = _stored(cli)
    assert before == role_map
    assert "No difference" in cli("roles", "put", str(file), "--dry-run").stdout
    assert cli("roles", "put", str(file), "--yes").exit_code == 0
    assert _stored(cli) == before


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_VALUES = st.recursive(
    _TEXTS | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(_TEXTS, _VALUES, max_size=4))
def test_any_document_of_texts_survives_toml(document: dict[str, Any]) -> None:
    """Whatever a role map may hold: names, routes, flags."""
    assert parse_role_map(toml(document), "it", is_json=False) == document
