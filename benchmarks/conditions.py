"""Under what conditions a run was made."""

import os
import platform
import subprocess
from typing import Final

from benchmarks.setup import valgrind_is_there
from local import checkout

_VERSIONS: Final = {
    "runtime": ("awslambdaric", "boto3", "botocore"),
    "bench-powertools": ("aws_lambda_powertools",),
    "bench-boto3": ("argon2_cffi",),
}


def describe() -> str:
    """Return a sentence of the machine and one of the versions."""
    machine = (
        f"{os.cpu_count()} processors, {platform.machine()}, {platform.system()}; "
        f"CPython {platform.python_version()}"
    )
    versions = [
        folder.name.removesuffix(".dist-info").replace("-", " ")
        for environment, names in _VERSIONS.items()
        for name in names
        for folder in (checkout.VENVS / environment).glob(
            f"lib/python3*/site-packages/{name}-*.dist-info"
        )
    ]
    if valgrind_is_there():
        versions.append(_valgrind())
    return f"{machine}; {', '.join(versions)}."


def _valgrind() -> str:
    done = subprocess.run(
        ["valgrind", "--version"],  # noqa: S607 - wherever it is
        capture_output=True,
        check=False,
        text=True,
    )
    return done.stdout.strip().replace("-", " ")
