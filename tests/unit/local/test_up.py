"""``make up``: the parameters that it takes, and what a shell makes of its output."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from local import parameters, up
from local.deployment import Stack
from local.emulator import Emulator
from local.errors import ParameterError

if TYPE_CHECKING:
    from pathlib import Path

_KNOWN = ("Credentials", "DefaultIssuer", "GrantableRoles", "SigningSecretName")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", {}),
        ("Credentials=basic", {"Credentials": "basic"}),
        (
            "Credentials=api-key,basic DefaultIssuer='The team' SigningSecretName=",
            {
                "Credentials": "api-key,basic",
                "DefaultIssuer": "The team",
                "SigningSecretName": "",
            },
        ),
        # What follows the first sign of equality is the value.
        ("DefaultIssuer=a=b", {"DefaultIssuer": "a=b"}),
    ],
)
def test_parameters_are_pairs_as_a_shell_reads_them(
    text: str, wanted: dict[str, str]
) -> None:
    """Several, apart by spaces; a value with spaces is quoted."""
    assert parameters.read(text, _KNOWN) == wanted


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Credential=basic", "'Credential'; did you mean Credentials?"),
        ("Nothing=1", "the template has no parameter 'Nothing'\n"),
        ("basic", "'basic' is not of the form Name=value"),
        ("DefaultIssuer='The", "it can't be read (No closing quotation)"),
    ],
)
def test_other_parameters_are_refused_with_the_names_of_all(
    text: str, complaint: str
) -> None:
    """Nothing is deployed with a parameter that was misspelt."""
    with pytest.raises(ParameterError) as refused:
        parameters.read(text, _KNOWN)
    said = str(refused.value)
    assert complaint in said
    assert ", ".join(_KNOWN) in said


def test_a_wrong_parameter_is_a_usage_error_and_starts_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 2, and standard output stays empty for the shell that reads it."""
    monkeypatch.setattr(up, "parameter_names", lambda: list(_KNOWN))
    monkeypatch.setattr(up.record, "read", lambda: None)
    monkeypatch.setattr(up.Emulator, "start", lambda _name: pytest.fail("started"))
    assert up.main("Credential=basic") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Credentials" in said.err


def test_standard_output_is_for_the_shell_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What a person reads is on standard error."""
    emulator = Emulator(1, 4566, tmp_path)
    outputs = {"AdminFunctionName": "keys", "ExampleApiId": "abc"}
    stack = Stack(emulator, "apikeys", outputs)
    monkeypatch.setattr(up, "parameter_names", lambda: list(_KNOWN))
    monkeypatch.setattr(up.record, "read", lambda: None)
    monkeypatch.setattr(up.record, "write", lambda _: None)
    monkeypatch.setattr(up.Emulator, "start", lambda _: emulator)
    monkeypatch.setattr(up, "deploy", lambda *_, **__: stack)
    assert up.main("") == 0
    said = capsys.readouterr()
    assert said.out == f"{up.assignments(stack)}\n"
    assert "make down" in said.err


def test_a_shell_takes_the_output_whatever_the_values_hold(tmp_path: Path) -> None:
    """Each value is quoted; what would lead to a real account is unset."""
    hostile = "a name; echo 'out' $(id) `id` \"\\ é"
    stack = Stack(
        Emulator(1, 4566, tmp_path),
        "apikeys",
        {"AdminFunctionName": hostile, "ExampleApiId": "abc"},
    )
    script = f'eval "$GIVEN"; env -0 > {tmp_path}/variables'
    done = subprocess.run(
        ["/bin/bash", "-euc", script],
        env={
            "PATH": os.environ["PATH"],
            "GIVEN": up.assignments(stack),
            "AWS_PROFILE": "production",
            "AWS_SESSION_TOKEN": "real",
        },
        capture_output=True,
        check=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
    found = dict(
        line.split("=", 1)
        for line in (tmp_path / "variables").read_text().split("\0")
        if line
    )
    assert found["APIKEYS_FUNCTION"] == hostile
    assert found["EXAMPLE_URL"] == stack.example_url
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert found["AWS_ACCESS_KEY_ID"] == "test"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & found.keys()
