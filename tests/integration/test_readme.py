"""The README's tour, run as it is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from local import checkout
from local.clients import APIKEYS
from local.deployment import built_template, emulated
from local.emulator import running_emulator
from tests.paste import paste
from tests.readme import commands

if TYPE_CHECKING:
    from pathlib import Path

    from local.deployment import Stack

pytestmark = pytest.mark.deployed

# The stack runs already, and its environment is the session's; test_readme_build.py
# runs the others.
_DONE = ('eval "$(make up)"', "make build", "source ")
# The id in the README's output represents the key that the tour issues.
_SHOWN_ID = "6jog6Byh3EHmpkaI"
_REFUSES = "apikeys verify"
# A newcomer has nothing else on PATH.
_PLAIN = "/usr/bin:/bin"


def _commands(heading: str) -> list[str]:
    return [c for c in commands(heading) if not c.startswith(_DONE)]


def test_each_command_of_the_tour_does_what_the_readme_says(
    stack: Stack, tmp_path: Path
) -> None:
    """One shell, each command in its turn; verify refuses, everything else succeeds."""
    written = _commands("Five minutes with a local stack")
    assert len(written) >= 8
    lines = [f"cd {checkout.ROOT}"]
    for command in written:
        text = command.replace(_SHOWN_ID, '"$(cut -d_ -f2 <<<"$KEY")"')
        text = text.replace("~/new.key", str(tmp_path / "new.key"))
        wanted = 1 if _REFUSES in command else 0
        lines += [text, f"[ $? = {wanted} ] || {{ echo 'failed: line' >&2; exit 9; }}"]
    variables = {
        "PATH": _PLAIN,
        "APIKEYS_FUNCTION": stack.admin_function,
        "EXAMPLE_URL": stack.example_url,
    }
    done = paste(
        "\n".join(lines),
        stack.emulator.environment | variables,
        (APIKEYS,),
        options=("-u",),
    )
    assert done.returncode == 0, re.sub(r"ak_\S+", "ak_…", done.stdout + done.stderr)
    said = done.stdout + done.stderr
    assert "Stored 3 roles." in said
    assert '"client": "Test App"' in said
    assert "refuse: disabled" in said
    assert "In force everywhere" in said
    assert (tmp_path / "new.key").stat().st_mode & 0o777 == 0o600


def test_the_commands_that_deploy_do_so(tmp_path: Path) -> None:
    """With samconfig.toml's dev, this machine's packages and the example's roles."""
    steps = _commands("Deploy to AWS")
    assert len(steps) == 3
    script = "\n".join(["set -euo pipefail", f"cd {checkout.ROOT}", *steps])
    for written, here in (
        ("build/sam-arm64", f"build/sam-{checkout.ARCHITECTURE}"),
        ("my-roles.toml", "examples/roles/example-api.toml"),
        ("REPORTING", "ADMINISTRATOR"),
    ):
        assert written in script
        script = script.replace(written, here)
    # The emulator refuses a template with a type that it does not know.
    stored = f"build/sam-{checkout.ARCHITECTURE}/template.yaml"
    assert stored in script
    with (
        running_emulator("readme") as emulator,
        emulated(built_template(), {}) as template,
    ):
        script = script.replace(stored, str(template))
        done = paste(
            f'{script}\n[[ "$KEY" == akdev_* ]]',
            emulator.environment | {"PATH": _PLAIN, "HOME": str(tmp_path)},
            (APIKEYS, checkout.SAM),
        )
    assert done.returncode == 0, (done.stdout + done.stderr)[-2_000:]
    assert "Successfully created/updated stack - apikeys-dev" in done.stdout
