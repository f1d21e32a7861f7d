"""The operations of OpenAPI documents."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
import click
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from apikeys_cli.connection import Connection
from apikeys_cli.errors import UnreachableError
from apikeys_cli.openapi import export, operations, read_document
from tests.in_process import REGION, Session

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
    """API Gateway's own clients, which check what they are asked, and their answers."""

    def __init__(self) -> None:
        # Not those that other tests share.
        self.rest = boto3.client("apigateway", region_name=REGION)
        self.http = boto3.client("apigatewayv2", region_name=REGION)
        self.of_rest, self.of_http = Stubber(self.rest), Stubber(self.http)
        self.of_rest.activate()
        self.of_http.activate()

    def export(self) -> dict[str, Any]:
        """Return what is exported; all answers that were prepared are needed."""
        clients = Session({"apigateway": self.rest, "apigatewayv2": self.http})
        connection = Connection("apikeys-admin", open_session=lambda **_: clients)
        try:
            return export(connection, "a1b2c3d4e5", "prod")
        finally:
            self.of_rest.assert_no_pending_responses()
            self.of_http.assert_no_pending_responses()


def _answer(path: str) -> dict[str, Any]:
    body = json.dumps({"paths": {path: {"get": {}}}}).encode()
    return {"body": StreamingBody(BytesIO(body), len(body))}


def test_a_rest_api_is_exported_with_its_authorizers() -> None:
    """By the identity of whoever asks."""
    gateway = Gateway()
    asked = {
        "restApiId": "a1b2c3d4e5",
        "stageName": "prod",
        "exportType": "oas30",
        "parameters": {"extensions": "authorizers"},
        "accepts": "application/json",
    }
    gateway.of_rest.add_response("get_export", _answer("/a"), asked)
    assert _texts(gateway.export()) == ["GET /a"]


def test_what_is_not_a_rest_api_is_exported_as_an_http_api() -> None:
    """Ids do not tell one from the other."""
    gateway = Gateway()
    asked = {
        "ApiId": "a1b2c3d4e5",
        "StageName": "prod",
        "OutputType": "JSON",
        "Specification": "OAS30",
        "IncludeExtensions": True,
    }
    gateway.of_rest.add_client_error("get_export", "NotFoundException")
    gateway.of_http.add_response("export_api", _answer("/b"), asked)
    assert _texts(gateway.export()) == ["GET /b"]


def test_an_api_that_is_not_there_is_told() -> None:
    """Of either kind."""
    gateway = Gateway()
    gateway.of_rest.add_client_error("get_export", "NotFoundException")
    gateway.of_http.add_client_error("export_api", "NotFoundException")
    with pytest.raises(UnreachableError):
        gateway.export()


def test_what_is_not_permitted_is_not_asked_for_in_another_way() -> None:
    """It is a REST API then."""
    gateway = Gateway()
    gateway.of_rest.add_client_error("get_export", "AccessDeniedException")
    with pytest.raises(UnreachableError):
        gateway.export()
