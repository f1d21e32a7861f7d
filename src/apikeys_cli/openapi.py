"""The operations in an OpenAPI document, in a file or as API Gateway exports it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from apikeys.route import Route
from apikeys_cli.errors import UnreachableError
from apikeys_cli.sdk_errors import explained
from apikeys_cli.text_input import name_of_source, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from apikeys_cli.connection import Connection

_METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
_ANY = "x-amazon-apigateway-any-method"
_AUTHORIZER = "x-amazon-apigateway-authorizer"
_DEFAULT = "/$default"


def read_document(file: Path) -> dict[str, Any]:
    """Return the OpenAPI document in a file, JSON or YAML.

    Raises:
        UsageError: it can't be read, or holds something else.
    """
    # Few commands read YAML, and it takes as long to import as the help takes to show.
    import yaml  # noqa: PLC0415 - as it says

    text, name = read_text(file), name_of_source(file)
    try:
        found = yaml.safe_load(text) if file.suffix != ".json" else json.loads(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        message = f"{name} can't be read: it is neither JSON nor YAML"
        raise click.UsageError(message) from error
    if not isinstance(found, dict) or not isinstance(found.get("paths"), dict):
        raise click.UsageError(f"{name} is not an OpenAPI document: it has no paths")
    return found


def export(connection: Connection, api: str, stage: str) -> dict[str, Any]:
    """Return the document of a stage, of a REST API or an HTTP API.

    Raises:
        UnreachableError: API Gateway does not export it.
    """
    with explained():
        client = connection.client("apigateway")
    try:
        with explained():
            exported = client.get_export(
                restApiId=api,
                stageName=stage,
                exportType="oas30",
                parameters={"extensions": "authorizers"},
                accepts="application/json",
            )
    except UnreachableError as error:
        if error.code != "NotFoundException":
            raise
    else:
        return _parsed(exported["body"].read())
    with explained():
        found = connection.client("apigatewayv2").export_api(
            ApiId=api,
            StageName=stage,
            OutputType="JSON",
            Specification="OAS30",
            IncludeExtensions=True,
        )
    return _parsed(found["body"].read())


def operations(document: Mapping[str, Any]) -> tuple[list[Route], list[str]]:
    """Return a document's operations as routes, and those that no route can express.

    If the document has an API Gateway authorizer, only what it guards. Paths are those
    of the API: servers, base paths and stages are not part of a route.
    """
    authorizers = _authorizers(document)
    routes, unsaid = [], []
    for method, path, operation in _found(document):
        if authorizers.isdisjoint(_schemes(operation, document)) and authorizers:
            continue
        text = f"{method} {_path(path)}"
        try:
            routes.append(Route(text))
        except ValueError:
            unsaid.append(text)
    return routes, unsaid


def _found(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        for key, operation in item.items() if isinstance(item, dict) else ():
            if key == _ANY:
                yield "*", str(path), operation
            elif key in _METHODS:
                yield key.upper(), str(path), operation


def _path(path: str) -> str:
    """Return a path as routes have it: ``{proxy+}`` is everything below."""
    if path == _DEFAULT:
        return "/*"
    *before, last = path.split("/")
    is_greedy = last.startswith("{") and last.endswith("+}")
    return "/".join([*before, "*" if is_greedy else last])


def _authorizers(document: Mapping[str, Any]) -> set[str]:
    components = document.get("components")
    schemes = {
        **_table(document.get("securityDefinitions")),
        **_table(_table(components).get("securitySchemes")),
    }
    return {name for name, scheme in schemes.items() if _AUTHORIZER in _table(scheme)}


def _schemes(operation: object, document: Mapping[str, Any]) -> set[str]:
    asked = _table(operation).get("security", document.get("security"))
    return {
        name
        for requirement in (asked if isinstance(asked, list) else ())
        for name in _table(requirement)
    }


def _table(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _parsed(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)
    return found
