"""API Gateway keys that tie a client to a usage plan, which throttles and meters it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from admin.errors import RefusedError, invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_apigateway import APIGatewayClient

    from apikeys.document import Document


class UsagePlans:
    """Makes and removes the gateway's keys; the client never sees their values."""

    def __init__(self, client: APIGatewayClient) -> None:
        self._client = client

    def join(self, key_id: str, plan_id: str) -> Document:
        """Make a gateway key in a plan; return the record's fields about it.

        Raises:
            RefusedError: 400, there is no such plan, no gateway key is left behind;
                503, API Gateway does not do it.
        """
        with _available():
            made = self._client.create_api_key(name=f"apikeys-{key_id}", enabled=True)
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


@contextmanager
def _available() -> Iterator[None]:
    """Turn what is no answer about a plan or a key into a refusal with 503."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        # botocore names the classes of a service's errors by their codes.
        code = type(error).__name__
        if code == "NotFoundException":
            raise
        if isinstance(error, ClientError):
            code = error.response["Error"]["Code"]
        message = f"API Gateway does not serve this function: {code}"
        raise RefusedError(503, "gateway_unavailable", message) from error
