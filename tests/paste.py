"""What a reader pastes into a shell."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def paste(
    script: str,
    environment: Mapping[str, str],
    tools: tuple[Path, ...] = (),
    folder: Path | None = None,
    options: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a script in bash, without a terminal.

    Args:
        script: one line or many.
        environment: the variables of the shell.
        tools: programs whose folders come first on its PATH.
        folder: where it starts.
        options: of bash.
    """
    path = [*(str(tool.parent) for tool in tools), environment["PATH"]]
    return subprocess.run(
        ["/bin/bash", *options, "-c", script],
        capture_output=True,
        check=False,
        cwd=folder,
        env={**environment, "PATH": os.pathsep.join(path)},
        stdin=subprocess.DEVNULL,
        text=True,
    )
