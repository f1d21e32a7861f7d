"""CloudWatch Logs in memory: queries, which are done once they are asked for again."""

# ruff: noqa: N803 - the parameters have the names of boto3's

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from tests.harness.client import ServiceError

GROUP = "/aws/lambda/authorizer"


class Logs:
    """The operations, by the names of boto3's methods."""

    def __init__(self) -> None:
        self._queries: list[str] = []

    def start_query(self, logGroupName: str, **_query: Any) -> dict[str, Any]:
        """Start a query of the one log group."""
        if logGroupName != GROUP:
            raise _missing("log group")
        made = str(uuid5(NAMESPACE_OID, f"query {len(self._queries)}"))
        self._queries.append(made)
        return {"queryId": made}

    def get_query_results(self, queryId: str) -> dict[str, Any]:
        """Return what a query found: nothing was logged."""
        if queryId not in self._queries:
            raise _missing("query")
        return {
            "status": "Complete",
            "results": [],
            "statistics": {"bytesScanned": 0.0},
        }


def _missing(what: str) -> ServiceError:
    message = f"The specified {what} does not exist."
    return ServiceError("ResourceNotFoundException", message)
