"""API Gateway keys that tie a client to a usage plan, which throttles and meters it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from admin.errors import invalid
from admin.serving import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from mypy_boto3_apigateway import APIGatewayClient

    from apikeys.document import Document


class UsagePlans:
    """Makes and removes the gateway's keys; the client never sees their values."""

    def __init__(self, client: APIGatewayClient) -> None:
        self._client = client

    @contextmanager
    def joined(self, principal: str, plan_id: str | None) -> Iterator[Document]:
        """Join a plan, if there is one, for the time that all goes well with it."""
        fields = self.join(principal, plan_id) if plan_id else {}
        try:
            yield fields
        except BaseException:
            self.leave(fields)
            raise

    def join(self, principal: str, plan_id: str) -> Document:
        """Make a gateway key in a plan; return the record's fields about it.

        Raises:
            RefusedError: 400, there is no such plan, no gateway key is left behind;
                503, API Gateway does not do it.
        """
        with _available():
            made = self._client.create_api_key(
                name=f"apikeys-{principal}", enabled=True
            )
        try:
            with _available():
                self._client.create_usage_plan_key(
                    usagePlanId=plan_id, keyId=made["id"], keyType="API_KEY"
                )
        except self._client.exceptions.NotFoundException as error:
            self.leave({"usageKeyId": made["id"]})
            raise invalid("usagePlanId", "there is no such usage plan") from error
        except BaseException:
            self.leave({"usageKeyId": made["id"]})
            raise
        return {
            "usageIdentifierKey": made["value"],
            "usageKeyId": made["id"],
            "usagePlanId": plan_id,
        }

    def leave(self, fields: Document) -> None:
        """Remove the gateway key that a record's fields name, if it is still there.

        Raises:
            RefusedError: 503, API Gateway does not do it.
        """
        usage_key_id = fields.get("usageKeyId")
        if not isinstance(usage_key_id, str):
            return
        try:
            with _available():
                self._client.delete_api_key(apiKey=usage_key_id)
        except self._client.exceptions.NotFoundException:
            return


def _available() -> AbstractContextManager[None]:
    return served("API Gateway", "gateway_unavailable", ("NotFoundException",))
