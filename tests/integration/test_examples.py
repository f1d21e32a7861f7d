"""The scripts in ``examples/`` do on the deployed stack what they say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.deployment import Stack

pytestmark = pytest.mark.deployed

_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.skipif(shutil.which("jq") is None, reason="the example needs jq")
def test_five_clients_get_keys_and_lose_them(stack: Stack) -> None:
    """Issued, listed, one rotated, all revoked; no key is printed."""
    script = _EXAMPLES / "five-clients.sh"
    assert len(script.read_text().splitlines()) <= 30
    environment = stack.emulator.environment
    folders = (str(Path(sys.executable).parent), environment["PATH"])
    done = subprocess.run(
        [script],
        capture_output=True,
        check=False,
        env=environment
        | {"APIKEYS_FUNCTION": stack.admin_function, "PATH": os.pathsep.join(folders)},
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "issued:  alpha beta delta epsilon gamma"
    assert lines[1].startswith("rotated: beta, active until ")
    assert lines[2] == "the new key: granted"
    assert [line.split(":")[0] for line in lines[3:9]] == ["revoked"] * 6
    assert lines[9] == "left:    0"
    assert "ak_" not in done.stdout
