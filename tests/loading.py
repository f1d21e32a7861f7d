"""Handlers start at import, as Lambda starts them: once for each test that asks."""

from __future__ import annotations

import importlib.util
from typing import Any


def load_anew(name: str) -> Any:
    """Return a new copy of a module, started in today's environment."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
