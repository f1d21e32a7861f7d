"""Emptying the gateway's caches."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from admin.errors import RefusedError
from admin.stores.stage_caches import StageCaches


class _NotFoundError(Exception):
    """There is no such stage."""


class _Exceptions:
    NotFoundException = _NotFoundError


class _Gateway:
    """REST and HTTP APIs, with what was flushed of them."""

    exceptions = _Exceptions

    def __init__(self, *stages: str) -> None:
        self._stages = stages
        self.flushed: list[str] = []

    def flush_stage_authorizers_cache(self, *, restApiId: str, stageName: str) -> None:  # noqa: N803 - AWS's names
        """Empty a REST API's cache."""
        self._flush(restApiId, stageName)

    def reset_authorizers_cache(self, *, ApiId: str, StageName: str) -> None:  # noqa: N803 - as above
        """Empty an HTTP API's cache."""
        self._flush(ApiId, StageName)

    def _flush(self, api: str, stage: str) -> None:
        if f"{api}/{stage}" not in self._stages:
            raise _NotFoundError
        self.flushed.append(f"{api}/{stage}")


def _flush(stages: str, rest: _Gateway, http: _Gateway) -> list[str]:
    caches = StageCaches(stages, rest, http)  # type: ignore[arg-type]
    return caches.flush()


def test_every_stage_of_the_deployment_is_flushed() -> None:
    """REST and HTTP APIs, in their order; the answer says which."""
    rest, http = _Gateway("a/prod", "b/dev"), _Gateway("c/$default")
    answer = _flush("a/prod,c/$default,b/dev", rest, http)
    assert answer == ["a/prod", "c/$default", "b/dev"]
    assert (rest.flushed, http.flushed) == (["a/prod", "b/dev"], ["c/$default"])


def test_a_deployment_without_stages_flushes_none() -> None:
    """An empty list."""
    assert _flush("", _Gateway(), _Gateway()) == []


@pytest.mark.parametrize(
    ("stages", "done"), [("x/y", "none"), ("a/prod,x/y,a/prod", "a/prod")]
)
def test_a_stage_that_is_not_there_is_told(stages: str, done: str) -> None:
    """404, with what was flushed before it."""
    with pytest.raises(RefusedError) as caught:
        _flush(stages, _Gateway("a/prod"), _Gateway())
    assert (caught.value.code.status, caught.value.code) == (404, "stage_not_found")
    assert str(caught.value) == (
        f"FlushStages names x/y, which does not exist; flushed: {done}"
    )


@pytest.mark.parametrize("is_http", [False, True])
def test_a_gateway_that_does_not_flush_is_503(
    monkeypatch: pytest.MonkeyPatch, *, is_http: bool
) -> None:
    """With AWS's word for why, and no crash."""
    rest, http = _Gateway(), _Gateway()

    def fail(**_arguments: object) -> None:
        error: Any = {"Error": {"Code": "TooManyRequestsException"}}
        raise ClientError(error, "Flush")

    if is_http:
        monkeypatch.setattr(http, "reset_authorizers_cache", fail)
    else:
        monkeypatch.setattr(rest, "flush_stage_authorizers_cache", fail)
    with pytest.raises(RefusedError) as caught:
        _flush("a/prod", rest, http)
    assert (caught.value.code.status, caught.value.code) == (503, "gateway_unavailable")
    assert str(caught.value) == (
        "API Gateway does not serve this function: TooManyRequestsException"
    )


@pytest.mark.parametrize("stages", ["a", "a/", "/prod", "a/prod,b", ","])
def test_other_stages_fail_at_start_up(stages: str) -> None:
    """``apiId/stage``, separated by commas."""
    with pytest.raises(ValueError, match=r"^FLUSH_STAGES is not apiId/stage,…$"):
        StageCaches(stages, _Gateway(), _Gateway())  # type: ignore[arg-type]
