"""The floor: returns a policy like the others' and does nothing else."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_STAGE = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/example"


def lambda_handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Allow, whatever the event is."""
    return {
        "principalId": "nobody",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": [f"{_STAGE}/GET/reports", f"{_STAGE}/GET/reports/*"],
                }
            ],
        },
        "context": {"client": "nobody", "roles": "READER"},
    }
