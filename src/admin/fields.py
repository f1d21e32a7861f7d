"""The types of the fields of requests, each with its check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, StringConstraints

from apikeys import fields as rules
from apikeys import role_name, ruling
from apikeys.fields import USAGE_PLAN_ID_PATTERN
from apikeys.key import KEY_ID_PATTERN
from apikeys.login import PATTERN as LOGIN_PATTERN
from apikeys.login import check_password
from apikeys.networks import check_address, check_network
from apikeys.text import MAX_DESCRIPTION, MAX_TEXT

if TYPE_CHECKING:
    from apikeys.document import Document

_DATE_PATTERN = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?"
# Role names are taken in any case.
_ANY_CASE_PATTERN = role_name.PATTERN.replace("A-Z", "A-Za-z")


def _called(text: str) -> str:
    ruling.Request(text)
    return text


def _encodable(value: Document) -> Document:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        message = "can't be written as JSON in UTF-8 (half a surrogate pair, too deep)"
        raise ValueError(message) from error
    return value


# The published schema states what a function checks in ``json_schema_extra``.
# Like the texts themselves, what contains them may hold nothing that UTF-8 can't.
JsonObject = Annotated[dict[str, object], AfterValidator(_encodable)]
Text = Annotated[
    str,
    AfterValidator(rules.human_text),
    Field(json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT}),
]
Description = Annotated[
    str,
    AfterValidator(rules.description),
    Field(json_schema_extra={"minLength": 1, "maxLength": MAX_DESCRIPTION}),
]
ExpirationDate = Annotated[
    str,
    AfterValidator(rules.date),
    Field(json_schema_extra={"pattern": f"^{_DATE_PATTERN}$"}),
]
KeyId = Annotated[str, StringConstraints(pattern=f"^{KEY_ID_PATTERN}\\z")]
Login = Annotated[
    str,
    AfterValidator(rules.login),
    Field(json_schema_extra={"pattern": f"^{LOGIN_PATTERN}$"}),
]
Network = Annotated[str, AfterValidator(check_network)]
Password = Annotated[str, AfterValidator(check_password)]
Address = Annotated[str, AfterValidator(check_address)]
ApiId = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9]{1,64}\\z")]
StageName = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9_-]{1,128}|\$default)\z")
]
CalledRoute = Annotated[str, AfterValidator(_called)]
RoleName = Annotated[
    str,
    AfterValidator(rules.role),
    Field(json_schema_extra={"pattern": f"^{_ANY_CASE_PATTERN}$"}),
]
Version = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9-]{1,64}\\z")]
UsagePlanId = Annotated[str, StringConstraints(pattern=f"^{USAGE_PLAN_ID_PATTERN}\\z")]
NextToken = Annotated[str, StringConstraints(min_length=1, max_length=8_192)]
SecretName = Annotated[
    str,
    StringConstraints(
        pattern="^[A-Za-z0-9/_+=.@-]{1,512}\\z",
    ),
]
RequestToken = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9-]{32,64}\\z")]
