"""The authorizer's decision log, queried by CloudWatch Logs Insights."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from admin.errors import Code, RefusedError
from admin.stores import availability

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_RUNNING = ("Scheduled", "Running")


class Answered(NamedTuple):
    """The rows that a query found, and how much of the log it read."""

    rows: list[dict[str, str]]
    bytes_read: int


class Decisions:
    """The decision log in one log group."""

    def __init__(self, client: CloudWatchLogsClient, log_group: str) -> None:
        self._client = client
        self._log_group = log_group

    def ask(self, query: str, begin: int, end: int) -> str:
        """Start a query of a period, in seconds since 1970, and return its id.

        Raises:
            RefusedError: 500, the deployment does not say which log; 503, it fails.
        """
        if not self._log_group:
            message = "AUTHORIZER_LOG_GROUP does not name the decision log"
            raise RefusedError(Code.MISCONFIGURED, message)
        with availability.logs():
            answer = self._client.start_query(
                logGroupName=self._log_group,
                queryString=query,
                startTime=begin,
                endTime=end,
            )
        return answer["queryId"]

    def answered(self, query_id: str) -> Answered | None:
        """Return what a query found, None while it runs.

        Raises:
            RefusedError: 404, the query no longer exists; 503, it failed.
        """
        unknown = (
            self._client.exceptions.ResourceNotFoundException,
            self._client.exceptions.InvalidParameterException,
        )
        try:
            with availability.logs(*unknown):
                answer = self._client.get_query_results(queryId=query_id)
        except unknown as error:
            message = "queryId: is not a query, or an old one; ask again"
            raise RefusedError(
                Code.QUERY_NOT_FOUND, message, field="queryId"
            ) from error
        if answer["status"] in _RUNNING:
            return None
        if answer["status"] != "Complete":
            message = f"CloudWatch Logs ended the query: {answer['status']}"
            raise RefusedError(Code.LOGS_UNAVAILABLE, message)
        rows = [
            {cell["field"]: cell["value"] for cell in row if "value" in cell}
            for row in answer["results"]
        ]
        return Answered(rows, int(answer["statistics"]["bytesScanned"]))
