"""The operations of OpenAPI documents."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import click
import pytest
from botocore.exceptions import ClientError

from apikeys_cli.connection import Connection
from apikeys_cli.errors import UnreachableError
from apikeys_cli.openapi import export, operations, read_document
from tests.in_process import Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_GUARD = {"x-amazon-apigateway-authorizer": {"type": "request"}}


def _texts(document: Mapping[str, Any]) -> list[str]:
    return [route.text for route in operations(document)[0]]


def _file(folder: Path, text: str, name: str = "openapi.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("openapi.yaml", 'openapi: 3.0.1\npaths:\n  /a: {get: {}, "post": {}}\n'),
        (
            "openapi.json",
            '{"openapi": "3.0.1", "paths": {"/a": {"get": 1, "post": 2}}}',
        ),
        ("swagger.yml", '{"swagger": "2.0", "paths": {"/a": {"get": {}, "post": {}}}}'),
    ],
)
def test_a_document_is_yaml_or_json(tmp_path: Path, name: str, text: str) -> None:
    """Of OpenAPI or Swagger, in a file."""
    assert _texts(read_document(_file(tmp_path, text, name))) == ["GET /a", "POST /a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("paths: [", "neither JSON nor YAML"),
        ("paths: []", "it has no paths"),
        ("5", "it has no paths"),
    ],
)
def test_what_is_not_a_document_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    """With the file's name, and nothing of its content."""
    file = _file(tmp_path, text)
    with pytest.raises(click.UsageError, match=message) as caught:
        read_document(file)
    assert str(file) in caught.value.message


def test_no_object_of_python_is_made(tmp_path: Path) -> None:
    """A document is data."""
    text = "paths: !!python/object/apply:os.system [exit]"
    with pytest.raises(click.UsageError, match="neither JSON nor YAML"):
        read_document(_file(tmp_path, text))


def test_operations_are_routes() -> None:
    """A greedy parameter is everything below; API Gateway's any method is every one."""
    found = {
        "paths": {
            "/": {"get": {}},
            "/a/{id}": {"parameters": [], "delete": {}, "trace": {}},
            "/b/{proxy+}": {"x-amazon-apigateway-any-method": {}},
            "/$default": {"x-amazon-apigateway-any-method": {}},
            "/c": "no operations",
        }
    }
    assert _texts(found) == ["GET /", "DELETE /a/{id}", "* /b/*", "* /*"]


def test_what_no_route_can_say_is_listed() -> None:
    """Two parts in one segment, for instance."""
    found = {"paths": {"/files/{name}.json": {"get": {}}, "/a": {"get": {}}}}
    routes, unsaid = operations(found)
    assert [route.text for route in routes] == ["GET /a"]
    assert unsaid == ["GET /files/{name}.json"]


@pytest.mark.parametrize(
    "schemes",
    [
        {"components": {"securitySchemes": {"Keys": _GUARD, "Other": {}}}},
        {"securityDefinitions": {"Keys": _GUARD, "Other": {}}},
    ],
)
def test_where_there_is_an_authorizer_what_it_does_not_guard_is_left_out(
    schemes: dict[str, Any],
) -> None:
    """A preflight request has no key."""
    found = schemes | {
        "security": [{"Keys": []}],
        "paths": {
            "/a": {
                "get": {"security": [{"Keys": []}]},
                "post": {},
                "put": {"security": [{"Other": []}]},
                "options": {"security": []},
            }
        },
    }
    assert _texts(found) == ["GET /a", "POST /a"]


class Gateway:
    """What stands for the clients of API Gateway, both in one."""

    def __init__(self, rest: str | None, http: str | None) -> None:
        self.asked: list[dict[str, Any]] = []
        self._rest, self._http = rest, http

    def get_export(self, **arguments: Any) -> Any:
        """Answer as boto3's client of REST APIs does."""
        return self._answer("GetExport", self._rest, arguments)

    def export_api(self, **arguments: Any) -> Any:
        """Answer as boto3's client of HTTP APIs does."""
        return self._answer("ExportApi", self._http, arguments)

    def _answer(self, name: str, body: str | None, arguments: dict[str, Any]) -> Any:
        self.asked.append(arguments)
        if body is None:
            error = {"Error": {"Code": "NotFoundException", "Message": "none"}}
            raise ClientError(error, name)
        if body == "denied":
            error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(error, name)
        return {"body": BytesIO(body.encode())}


def _connection(gateway: Gateway) -> Connection:
    session = Session({"apigateway": gateway, "apigatewayv2": gateway})
    return Connection("apikeys-admin", open_session=lambda **_: session)


def test_a_rest_api_is_exported_with_its_authorizers() -> None:
    """By the identity of whoever asks."""
    gateway = Gateway('{"paths": {"/a": {"get": {}}}}', None)
    found = export(_connection(gateway), "a1b2c3d4e5", "prod")
    assert _texts(found) == ["GET /a"]
    assert gateway.asked == [
        {
            "restApiId": "a1b2c3d4e5",
            "stageName": "prod",
            "exportType": "oas30",
            "parameters": {"extensions": "authorizers"},
            "accepts": "application/json",
        }
    ]


def test_what_is_not_a_rest_api_is_exported_as_an_http_api() -> None:
    """Ids do not tell one from the other."""
    gateway = Gateway(None, '{"paths": {"/b": {"get": {}}}}')
    found = export(_connection(gateway), "a1b2c3d4e5", "$default")
    assert _texts(found) == ["GET /b"]
    assert gateway.asked[1] == {
        "ApiId": "a1b2c3d4e5",
        "StageName": "$default",
        "OutputType": "JSON",
        "Specification": "OAS30",
        "IncludeExtensions": True,
    }


@pytest.mark.parametrize(("rest", "asked"), [("denied", 1), (None, 2)])
def test_an_api_that_can_not_be_exported_is_told(rest: str | None, asked: int) -> None:
    """What is not permitted is not asked for in another way."""
    gateway = Gateway(rest, None)
    with pytest.raises(UnreachableError):
        export(_connection(gateway), "a1b2c3d4e5", "prod")
    assert len(gateway.asked) == asked
