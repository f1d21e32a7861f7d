"""Requests to the admin function and its answers, held to the published schema."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, get_args

from jsonschema import Draft202012Validator

from local import admin_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMES: Final = {
    get_args(model.model_fields["action"].annotation)[0]: model.__name__
    for model in admin_schema.models()
}
_INVALID: Final = 400


def check(request: object, answer: Mapping[str, Any]) -> None:
    """Hold a request that was taken, and the answer to it, to the schema."""
    action = request.get("action") if isinstance(request, dict) else None
    if answer["status"] < _INVALID:
        assert isinstance(request, dict)
        assert problems(NAMES[str(action)], _without_null(request)) == []
        assert problems(f"{NAMES[str(action)]}Answer", answer) == []
    else:
        assert problems("Refusal", answer) == []


def problems(name: str, instance: object) -> list[str]:
    """Return what is wrong with a request or an answer, by the name of its schema.

    A field of an answer that the schema does not have is wrong, too, and what an
    example leaves out where it says ``…`` is not.
    """
    shortened = "…" in json.dumps(instance, ensure_ascii=False)
    validator = _validator(name, shortened=shortened)
    return [
        f"{error.json_path}: {error.message}"
        for error in validator.iter_errors(_whole(instance))
    ]


@cache
def _validator(name: str, *, shortened: bool) -> Draft202012Validator:
    definitions = dict(_strict(admin_schema.schema()["$defs"], shortened=shortened))
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})


def _strict(
    definitions: Mapping[str, Any], *, shortened: bool
) -> Iterator[tuple[str, Any]]:
    for name, definition in definitions.items():
        strict = dict(definition)
        if "properties" in definition:
            strict["additionalProperties"] = False
        if shortened:
            strict.pop("required", None)
        yield name, strict


def _whole(instance: Any) -> Any:
    if isinstance(instance, dict):
        return {name: _whole(v) for name, v in instance.items() if name != "…"}
    if isinstance(instance, list):
        return [_whole(item) for item in instance]
    return instance


def _without_null(request: Mapping[str, object]) -> dict[str, object]:
    """Return a request without what it says is not given."""
    return {
        name: value
        for name, value in request.items()
        if value is not None or name in admin_schema.NULLABLE
    }
