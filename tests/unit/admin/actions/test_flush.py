"""The action that empties the gateway's caches."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from admin.errors import Code, RefusedError
from tests.unit.admin.doubles import Admin

# Nothing here depends on where the records lie.
pytestmark = pytest.mark.only_in("secretsmanager")


def test_the_flushed_stages_are_answered(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """200 with the deployment's stages, in their order."""
    del aws
    admin = Admin(FLUSH_STAGES="a/prod,b/dev")
    flushed: list[Any] = []
    rest = SimpleNamespace(
        exceptions=admin.gateway.exceptions,
        flush_stage_authorizers_cache=lambda **stage: flushed.append(stage),
    )
    monkeypatch.setattr(admin.deployment.stage_caches, "_rest", rest)
    assert admin("flush") == {"status": 200, "flushed": ["a/prod", "b/dev"]}
    assert flushed == [
        {"restApiId": "a", "stageName": "prod"},
        {"restApiId": "b", "stageName": "dev"},
    ]


def test_a_flush_that_is_refused_says_why(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the code of the gateway's refusal."""

    def refuse() -> list[str]:
        raise RefusedError(Code.STAGE_NOT_FOUND, "no such stage")

    monkeypatch.setattr(admin.deployment.stage_caches, "flush", refuse)
    answer = admin("flush")
    assert answer["status"] == 404
    assert answer["error"] == {"code": "stage_not_found", "message": "no such stage"}
