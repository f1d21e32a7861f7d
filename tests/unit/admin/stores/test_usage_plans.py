"""API Gateway's keys: its limits, and what the SDK makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import botocore.endpoint
import pytest
from botocore.awsrequest import AWSResponse

from admin.errors import RefusedError
from admin.principal import Principal
from admin.stores.usage_plans import UsagePlans
from tests.in_process import REGION
from tests.loading import load_anew

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.admin.doubles import Admin

# Nothing here depends on where the records lie.
pytestmark = pytest.mark.only_in("secretsmanager")


# What an earlier try made.
_LOOK = ["GetApiKeys"]
_PRINCIPAL = Principal.key("0123456789abcdef")
_OPERATIONS = ("GetApiKeys", "CreateApiKey", "CreateUsagePlanKey", "DeleteApiKey")


class _Body:
    """What a response is read from."""

    def __init__(self, text: str) -> None:
        self._text = text

    def stream(self) -> Iterator[bytes]:
        """Yield the body."""
        yield self._text.encode()


class _Gateway:
    """API Gateway's client of the deployed function, answered by the test.

    Attributes:
        client: the client.
        calls: the operations that were asked for, each try by itself.
        errors: what the next tries are answered with; then all goes well.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.calls: list[str] = []
        self.errors: list[tuple[int, str]] = []
        client.meta.events.register("before-send.api-gateway", self._answer)

    def _answer(self, request: Any, event_name: str, **_: object) -> AWSResponse:
        self.calls.append(event_name.rpartition(".")[2])
        status, headers = 201, {"content-type": "application/json"}
        if self.errors and not event_name.endswith(".GetApiKeys"):
            status, headers["x-amzn-errortype"] = self.errors.pop(0)
        body = json.dumps({"id": "g1", "value": "v1", "message": "canary"})
        return AWSResponse(request.url, status, headers, _Body(body))


@pytest.fixture
def gateway(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> _Gateway:
    """Return the client as the function makes it; the SDK waits for nothing."""
    del admin
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("SIGNING_SECRET", "signing")
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: None)
    handler = load_anew("admin.handler")
    return _Gateway(handler._client("apigateway"))


def _plans(gateway: _Gateway) -> UsagePlans:
    return UsagePlans(gateway.client, "prod")


def test_throttling_is_outlasted(gateway: _Gateway) -> None:
    """Six tries: the quotas are few calls a second, shared with all of the account."""
    gateway.errors = [(429, "TooManyRequestsException")] * 5
    fields = _plans(gateway).join(_PRINCIPAL, "gold")
    assert (fields["usageKeyId"], fields["usageIdentifierKey"]) == ("g1", "v1")
    assert gateway.calls == [*_LOOK, *["CreateApiKey"] * 6, "CreateUsagePlanKey"]


def test_throttling_that_lasts_is_503(gateway: _Gateway) -> None:
    """The seventh try is the caller's."""
    gateway.errors = [(429, "TooManyRequestsException")] * 6
    with pytest.raises(RefusedError) as caught:
        _plans(gateway).join(_PRINCIPAL, "gold")
    assert (caught.value.code.status, caught.value.code) == (503, "gateway_unavailable")
    assert gateway.calls == [*_LOOK, *["CreateApiKey"] * 6]


def test_a_key_that_may_have_been_made_is_not_made_again(gateway: _Gateway) -> None:
    """503 after one try: the caller's repeat finds it, the SDK's would make another."""
    gateway.errors = [(504, "InternalFailure")]
    with pytest.raises(RefusedError) as caught:
        _plans(gateway).join(_PRINCIPAL, "gold")
    assert caught.value.code.status == 503
    assert gateway.calls == [*_LOOK, "CreateApiKey"]


def test_a_reached_limit_of_keys_is_not_throttling(gateway: _Gateway) -> None:
    """One try, and what to do: no waiting makes room for another gateway key."""
    gateway.errors = [(429, "LimitExceededException")]
    with pytest.raises(RefusedError) as caught:
        _plans(gateway).join(_PRINCIPAL, "gold")
    assert gateway.calls == [*_LOOK, "CreateApiKey"]
    refused = caught.value
    assert (refused.code.status, refused.code, refused.field) == (
        409,
        "gateway_keys_exhausted",
        "usagePlanId",
    )
    assert refused.message == (
        "this account has as many API Gateway keys as AWS allows (10,000 a region): "
        "delete some that nobody uses, or leave out the plan"
    )


def _errors_of_the_model() -> list[tuple[str, str]]:
    """Return each call with each error that AWS says it may answer with."""
    model = boto3.client("apigateway", region_name=REGION).meta.service_model
    return [
        (operation, shape.name)
        for operation in _OPERATIONS
        for shape in model.operation_model(operation).error_shapes
    ]


@pytest.mark.parametrize(("operation", "code"), _errors_of_the_model())
def test_no_answer_of_api_gateway_is_a_crash(
    gateway: _Gateway, operation: str, code: str
) -> None:
    """Each error is an answer or a refusal, and no gateway key stays behind."""
    plans = _plans(gateway)

    def fail(event_name: str, **_: object) -> None:
        if event_name.endswith(f".{operation}"):
            answer: Any = {"Error": {"Code": code, "Message": "canary"}}
            raise gateway.client.exceptions.from_code(code)(answer, operation)

    gateway.client.meta.events.register("before-call.api-gateway", fail)
    try:
        plans.leave(plans.join(_PRINCIPAL, "gold"))
    except RefusedError as refused:
        assert refused.code.status in {400, 409, 503}
        assert "canary" not in str(refused)
        # What is known not to be used; any other a repeat finds again.
        is_left = (operation, code) == ("CreateUsagePlanKey", "NotFoundException")
        assert ("DeleteApiKey" in gateway.calls) == is_left
