"""Where things are in the checkout, and the tools in its environments."""

import platform
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
BUILD: Final = ROOT / "build"
VENVS: Final = ROOT / ".cache" / "venvs"
SAM: Final = VENVS / "sam" / "bin" / "sam"
MINISTACK: Final = VENVS / "ministack" / "bin" / "ministack"
AWS_CLI: Final = VENVS / "ministack" / "bin" / "aws"

RUNTIME_PYTHON: Final = VENVS / "runtime" / "bin" / "python"

# The emulator runs the functions as plain processes of this machine.
ARCHITECTURE: Final = "x86_64" if platform.machine() == "x86_64" else "arm64"
BUILT: Final = BUILD / f"sam-{ARCHITECTURE}"
BUILT_TEMPLATE: Final = BUILT / "template.yaml"
# The SAM CLI includes Lambda's runtime emulator, for its containers.
RUNTIME_EMULATOR: Final = next(
    (VENVS / "sam").glob(
        f"lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-{ARCHITECTURE}"
    ),
    Path("aws-lambda-rie"),
)
