"""The CloudFormation templates: as they are written, and as AWS SAM expands them."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from local.checkout import ROOT, SAM

if TYPE_CHECKING:
    from pathlib import Path

OURS = ROOT / "template.yaml"

_EXPAND = ROOT / "tests" / "template" / "translate.py"
_ENVIRONMENT = {"AWS_DEFAULT_REGION": "eu-west-1", "SAM_CLI_TELEMETRY": "0"}


class _Template(yaml.SafeLoader):
    """Reads a template's short intrinsics as the values they are given."""


def _intrinsic(loader: _Template, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_Template.add_multi_constructor("!", _intrinsic)


@cache
def written() -> dict[str, Any]:
    """Return our template as it is written, each short intrinsic as its argument."""
    found: dict[str, Any] = yaml.load(OURS.read_text(), _Template)  # noqa: S506 - a SafeLoader
    return found


@cache
def expanded(template: Path = OURS, *parameters: str) -> dict[str, Any]:
    """Return a template as CloudFormation would get it.

    Args:
        template: its path.
        parameters: ``Name=value`` of each that SAM itself goes by.
    """
    answer = subprocess.run(
        [str(SAM.parent / "python"), str(_EXPAND), str(template), *parameters],
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
