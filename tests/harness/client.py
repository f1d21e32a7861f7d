"""The surface of a boto3 client over a service in memory.

Parameters are checked against botocore's own models, errors are botocore's own classes,
and a request token is made where the SDK would make one: before the call, so that the
SDK's own repeats of it carry the same.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ParamValidationError
from botocore.hooks import first_non_none_response
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Callable

    # What a line does with a call: perform it, or anything else that a network does.
    type Line = Callable[[Call, Callable[[], Any]], Any]


# What the SDK takes for one: a gateway's answer in place of the service's.
_LOST = (
    AWSResponse("https://aws.invalid", HTTPStatus.GATEWAY_TIMEOUT, HTTPHeaders(), None),
    {"Error": {}, "ResponseMetadata": {"HTTPStatusCode": HTTPStatus.GATEWAY_TIMEOUT}},
)

_FOUND = AWSResponse("https://aws.invalid", HTTPStatus.OK, HTTPHeaders(), None)


class ServiceError(Exception):
    """An error that AWS would answer.

    Attributes:
        code: as the service's model names it.
        message: for people.
        more: what the answer has beside them.
    """

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.more = more


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it goes out.

    Attributes:
        service: the service, as boto3 names it.
        method: the client's method.
        parameters: with the token that the SDK adds.
    """

    service: str
    method: str
    parameters: dict[str, Any]

    def is_repeated(self) -> bool:
        """Return whether the SDK repeats the call itself where its answer is lost."""
        operation = _operation(self.service, self.method)
        name = f"{operation.service_model.service_id.hyphenize()}.{operation.name}"
        events = _real(self.service).meta.events
        context: dict[str, Any] = {}
        said = events.emit(
            f"needs-retry.{name}",
            response=_LOST,
            endpoint=None,
            operation=operation,
            attempts=1,
            caught_exception=None,
            request_dict={"context": context},
        )
        # A client may repeat so many calls until one succeeds: each is asked about as
        # if it were the first.
        events.emit(f"after-call.{name}", http_response=_FOUND, context=context)
        wait = first_non_none_response(said)
        return wait is not None and wait is not False

    def error(self, code: str, message: str, **more: Any) -> Exception:
        """Return what boto3 raises where AWS answers the call with an error."""
        answer = {"Error": {"Code": code, "Message": message}, **more}
        kind: Any = _real(self.service).exceptions.from_code(code)
        made: Exception = kind(answer, _operation(self.service, self.method).name)
        return made


class Client:
    """A client of one service, whose calls go over a line."""

    def __init__(self, service: str, behind: object, line: Line) -> None:
        self._service = service
        self._behind = behind
        self._line = line
        self.exceptions = _real(service).exceptions
        # What boto3 knows of the service, and where handlers of its events register.
        self.meta = _real(service).meta

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Return a method of boto3's client that the service in memory has."""
        perform = getattr(self._behind, method)
        operation = _operation(self._service, method)

        def call(**given: Any) -> Any:
            tokens = {n: str(uuid.uuid4()) for n in operation.idempotent_members}
            parameters = tokens | given
            faults = ParamValidator().validate(parameters, operation.input_shape)
            if faults.has_errors():
                raise ParamValidationError(report=faults.generate_report())
            sent = Call(self._service, method, parameters)
            return self._line(sent, lambda: _answered(perform, sent))

        return call


def _answered(perform: Callable[..., Any], sent: Call) -> Any:
    try:
        return perform(**sent.parameters)
    except ServiceError as error:
        raise sent.error(error.code, error.message, **error.more) from error


@cache
def _real(service: str) -> Any:
    return boto3.client(
        service,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@cache
def _operation(service: str, method: str) -> Any:
    meta = _real(service).meta
    return meta.service_model.operation_model(meta.method_to_api_mapping[method])
