"""A document as TOML, which tomllib reads back as it was."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BARE = re.compile("[A-Za-z0-9_-]+")


def toml(document: Mapping[str, Any]) -> str:
    """Return a document as TOML: tables of texts, booleans, lists and inline tables."""
    return "\n".join(_lines(document, ())).strip("\n")


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    tables = {name: value for name, value in table.items() if isinstance(value, dict)}
    values = {name: value for name, value in table.items() if name not in tables}
    # A table that holds only tables is named by their headers.
    if path and (values or not tables):
        yield ""
        yield f"[{'.'.join(map(_key, path))}]"
    for name, value in values.items():
        yield f"{_key(name)} = {_value(value)}"
    for name, inner in tables.items():
        yield from _lines(inner, (*path, name))


def _value(value: object) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(name)} = {_value(v)}" for name, v in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # JSON's texts and booleans are TOML's, except DEL, which JSON need not escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)
