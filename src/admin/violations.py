"""What is wrong with a request, as the rule that it breaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_FIELD = re.compile(r"[A-Za-z_.]{1,64}")
# In place of the library's words, which speak of inputs, dictionaries and patterns.
_RULES = {
    "bool_type": "is true or false",
    "dict_type": "is an object",
    "extra_forbidden": "is not a field of this action",
    "greater_than_equal": "is at least {ge}",
    "int_type": "is a whole number",
    "json_invalid": "is an object",
    "less_than_equal": "is at most {le:,}",
    "list_type": "is a list",
    "literal_error": "is {expected}",
    "missing": "is missing",
    "model_attributes_type": "is an object",
    "string_pattern_mismatch": "is of the form {form}",
    "string_too_long": "has at most {max_length:,} characters",
    "string_too_short": "is empty",
    "string_type": "is a string",
    "string_unicode": "has half a surrogate pair",
    "too_long": "has at most {max_length} entries",
    "too_short": "is empty",
    "union_tag_invalid": "is one of the actions in docs/admin.md",
    "union_tag_not_found": "is one of the actions in docs/admin.md",
}


def violation(error: ErrorDetails) -> tuple[str, str]:
    """Return the field that breaks a rule, if it is one field's, and the rule."""
    kind, context = error["type"], error.get("ctx", {})
    # The first part is the action, by which the request's model was chosen.
    path = [str(part) for part in error["loc"]][1:]
    field = ".".join(path) or ("action" if kind.startswith("union_tag") else "")
    if kind == "value_error":
        rule = error["msg"].removeprefix("Value error, ")
        if field:
            return field, rule
        # A rule about several fields names the one to change.
        field, _, rule = rule.partition(": ")
        return field, rule
    if kind == "extra_forbidden" and not _FIELD.fullmatch(field):
        # A name is input, too; only one that looks like a field's is repeated.
        return "", "has an unknown field"
    form = str(context.get("pattern", "")).removeprefix("^").removesuffix(r"\z")
    rule = _RULES.get(kind, "is not as docs/admin.md describes it")
    return field, rule.format(**context, form=form)
