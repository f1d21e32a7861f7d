"""API Gateway keys that tie a client to a usage plan, which throttles and meters it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import invalid

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient

    from apikeys.document import Document


class UsagePlans:
    """Makes and removes the gateway's keys; the client never sees their values."""

    def __init__(self, client: APIGatewayClient) -> None:
        self._client = client

    def join(self, key_id: str, plan_id: str) -> Document:
        """Make a gateway key in a plan; return the record's fields about it.

        Raises:
            RefusedError: 400, there is no such plan; no gateway key is left behind.
        """
        made = self._client.create_api_key(name=f"apikeys-{key_id}", enabled=True)
        try:
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
        """Remove the gateway key that a record's fields name, if it is still there."""
        usage_key_id = fields.get("usageKeyId")
        if not isinstance(usage_key_id, str):
            return
        try:
            self._client.delete_api_key(apiKey=usage_key_id)
        except self._client.exceptions.NotFoundException:
            return
