"""What `local.up` leaves for `local.down` and for scripts: build/local/stack.json."""

import json
from pathlib import Path
from typing import Final

from local import checkout
from local.deployment import Stack
from local.emulator import REGION, Emulator

_PATH: Final = checkout.BUILD / "local" / "stack.json"


def write(stack: Stack) -> None:
    """Note a running stack."""
    content = {
        "pid": stack.emulator.pid,
        "port": stack.emulator.port,
        "folder": str(stack.emulator.folder),
        "endpoint": stack.emulator.endpoint,
        "region": REGION,
        "stackName": stack.name,
        "exampleUrl": stack.example_url,
        "outputs": stack.outputs,
    }
    _PATH.parent.mkdir(parents=True, exist_ok=True)
    _PATH.write_text(json.dumps(content, indent=2) + "\n")


def read() -> Stack | None:
    """Return the stack that was noted, if its emulator still runs."""
    if not _PATH.exists():
        return None
    content = json.loads(_PATH.read_text())
    emulator = Emulator(content["pid"], content["port"], Path(content["folder"]))
    if not emulator.is_running():
        return None
    return Stack(emulator, content["stackName"], content["outputs"])


def remove() -> None:
    """Forget the stack."""
    _PATH.unlink(missing_ok=True)
