"""What a function's answer means to API Gateway."""

import json
from typing import Final

ALLOW: Final = "allow"
UNAUTHORIZED: Final = "401"
DENY: Final = "403"


def meaning(text: str) -> str:
    """Return ``allow``, ``401``, ``403`` or ``500`` with the error's type."""
    answer = json.loads(text)
    if answer.get("errorMessage") == "Unauthorized":
        return UNAUTHORIZED
    if "errorMessage" in answer:
        return f"500 ({answer.get('errorType')})"
    if "isAuthorized" in answer:
        return ALLOW if answer["isAuthorized"] is True else DENY
    effects = {
        statement["Effect"] for statement in answer["policyDocument"]["Statement"]
    }
    return ALLOW if effects == {"Allow"} else DENY
