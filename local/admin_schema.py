"""docs/admin.schema.json, written from the models of the requests and the answers."""

import json
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any, Final, get_args

from pydantic import TypeAdapter

from admin.answers import credentials, operations, parts, records
from admin.requests.any_request import AnyRequest
from admin.requests.base import Described, Ending, Named, Request
from admin.requests.credentials import Clone, Import, Verify
from admin.requests.operations import Usage
from local import checkout

FILE: Final = checkout.ROOT / "docs" / "admin.schema.json"
# Fields that null removes.
NULLABLE: Final = ("name", "description", "session", "allowedCidrs")
_REF: Final = "#/$defs/{model}"
_DESCRIPTION: Final = (
    "This schema is of a request. The answer to Issue is IssueAnswer where the action "
    "succeeds and Refusal where it does not; so for all others. The function "
    "checks more of a request than a schema can say, and later releases may add fields "
    "to its answers. docs/admin.md has the whole."
)

type Schema = dict[str, Any]


def schema() -> Schema:
    """Return one schema: the requests, each with its rules, and the answers."""
    wanted = {model.__name__: model for model in models()}
    answered = [f"{name}Answer" for name in wanted] + ["Refusal"]
    modules = (parts, credentials, records, operations)
    models_in = {name: one for module in modules for name, one in vars(module).items()}
    named: dict[str, Any] = wanted | {name: models_in[name] for name in answered}
    _, found = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(named[name])) for name in named],
        ref_template=_REF,
    )
    definitions = {n: _published(d) for n, d in found["$defs"].items()}
    for name, model in wanted.items():
        published = definitions[name]
        published["properties"] = {
            n: _without_null(n, field) for n, field in published["properties"].items()
        }
        if issubclass(model, Described):
            published["properties"]["session"]["anyOf"][0] = _ref("Session")
        if rules := list(_rules(model)):
            published["allOf"] = rules
    definitions["Request"] = {"oneOf": [_ref(name) for name in wanted]}
    definitions["Answer"] = {"anyOf": [_ref(name) for name in answered]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The admin function of API keys for Amazon API Gateway",
        "description": _DESCRIPTION,
        "$ref": "#/$defs/Request",
        "$defs": dict(sorted(definitions.items())),
    }


def models() -> tuple[type[Request], ...]:
    """Return the model of each action's request."""
    union, _ = get_args(AnyRequest.__value__)
    return get_args(union)


def text() -> str:
    """Return the file's content."""
    return json.dumps(schema(), indent=2) + "\n"


def main() -> int:
    """Write the file."""
    FILE.write_text(text())
    return 0


def _published(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a part of a schema as published: without titles, which say nothing.

    A null field means one that is not given, except for those in ``NULLABLE``.
    """
    if isinstance(node, list):
        return [_published(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        name: _published(value)
        for name, value in node.items()
        if not (name == "title" and isinstance(value, str))
        and not (name == "default" and value is None)
    }
    if isinstance(kept.get("pattern"), str):
        # In JSON Schema's patterns, $ means the very end.
        kept["pattern"] = kept["pattern"].replace("\\z", "$")
    return kept


def _without_null(name: str, field: Schema) -> Schema:
    given = [one for one in field.get("anyOf", ()) if one != {"type": "null"}]
    if name in NULLABLE or len(given) != 1:
        return field
    rest = {n: value for n, value in field.items() if n != "anyOf"}
    return {**given[0], **rest}


def _rules(model: type[Request]) -> Iterator[Schema]:
    """Yield a model's rules about several fields together."""
    fields = {str(field.alias) for field in model.model_fields.values()}
    if issubclass(model, Named):
        yield _one(name for name in ("keyId", "login", "credential") if name in fields)
    if issubclass(model, Ending):
        yield from _at_most_one("expirationDate", "lifetimeDays", "neverExpires")
    if "password" in fields:
        yield _needs("password", "login")
        yield from _at_most_one("password", "deliverTo")
    if model is Import:
        yield _one(("key", "record"))
    if model is Clone:
        yield _needs("login", "newLogin")
        yield _needs("newLogin", "login")
    if model is Verify:
        yield _needs("stage", "api")
    if model is Usage:
        yield from _at_most_one("keyId", "login", "client", "queryId")
        yield from _at_most_one("queryId", "days")


def _one(names: Iterable[str]) -> Schema:
    return {"oneOf": [{"required": [name]} for name in names]}


def _at_most_one(*names: str) -> Iterator[Schema]:
    for pair in combinations(names, 2):
        both: Schema = {"required": list(pair)}
        if "neverExpires" in pair:
            # False is the same as not given.
            both["properties"] = {"neverExpires": {"const": True}}
        yield {"not": both}


def _needs(name: str, other: str) -> Schema:
    return {"dependentRequired": {name: [other]}}


def _ref(name: str) -> Schema:
    return {"$ref": _REF.format(model=name)}


if __name__ == "__main__":
    raise SystemExit(main())
