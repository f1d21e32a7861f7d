"""The probe's template as JSON: CloudFormation reads YAML, but not its aliases."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

_PATH: Final = Path(__file__).with_name("probe.yaml")


class _Loader(yaml.SafeLoader):
    """Reads YAML with the short forms of CloudFormation's functions."""


def _function(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    """Return a function in its long form; all of the probe's take one text."""
    if not isinstance(node, yaml.ScalarNode):
        message = f"!{name} of more than one text"
        raise TypeError(message)
    text = loader.construct_scalar(node)
    if name == "GetAtt":
        return {"Fn::GetAtt": str(text).split(".", 1)}
    return {name if name == "Ref" else f"Fn::{name}": text}


_Loader.add_multi_constructor("!", _function)


def template() -> str:
    """Return the template."""
    return json.dumps(yaml.load(_PATH.read_text(), _Loader))  # noqa: S506 - a SafeLoader
