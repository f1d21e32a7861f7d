"""The SAM templates among the examples: validated and expanded."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from local.checkout import ROOT, SAM

_ENVIRONMENT = {"AWS_DEFAULT_REGION": "eu-west-1", "SAM_CLI_TELEMETRY": "0"}


@cache
def expanded(template: Path) -> dict[str, Any]:
    """Return a template as CloudFormation would get it."""
    translator = ROOT / "tests" / "template" / "translate.py"
    answer = subprocess.run(
        [str(SAM.parent / "python"), str(translator), str(template)],
        check=True,
        env=_ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def faults(template: Path) -> str:
    """Return what the SAM CLI and its linter find wrong, or an empty text."""
    answer = subprocess.run(
        [str(SAM), "validate", "--lint", "--template", str(template)],
        check=False,
        cwd=template.parent,
        env=os.environ | _ENVIRONMENT,
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    return answer.stdout if answer.returncode else ""
