"""Rules that requests break, as people are told of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from pydantic import ValidationError

from admin.violations import violation
from tests.unit.admin.doubles import request_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin.requests.base import Request


def _wrong() -> Iterator[tuple[type[Request], str, object]]:
    """Yield each field of each request with values that it can't have."""
    values = (-1, 10**9, 0.5, True, None, "", "canary\0", "c" * 9_000, "\ud800")
    for model in request_models():
        for name, field in model.model_fields.items():
            for value in (*values, [], [""] * 101, {}, {"canary": 1}):
                yield model, field.alias or name, value


def test_a_rule_is_told_in_plain_words() -> None:
    """Whatever field it is, and never in those of the library that judges it."""
    told = set()
    for model, name, value in _wrong():
        action = get_args(model.model_fields["action"].annotation)[0]
        try:
            model.model_validate({"action": action, name: value})
        except ValidationError as error:
            for found in error.errors(include_url=False, include_input=False):
                # As in the union of all, where a place begins with the action.
                found["loc"] = (action, *found["loc"])
                told.add(violation(found)[1])
    assert len(told) > 30
    theirs = re.compile("[Ii]nput|should|valid|required")
    assert not list(filter(theirs.search, told))
    assert "is at most 36,500" in told
    assert "is of the form [A-Za-z0-9]{1,64}" in told
