"""API Gateway keys that tie a client to a usage plan, which throttles and meters it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, invalid
from admin.stores import availability

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from mypy_boto3_apigateway import APIGatewayClient

    from apikeys.document import Document


_FULL = "LimitExceededException"


class UsagePlans:
    """Makes and removes the gateway's keys; the client never sees their values."""

    def __init__(self, client: APIGatewayClient) -> None:
        self._client = client
        client.meta.events.register_first(
            "needs-retry.api-gateway.CreateApiKey",
            # The stubs know only of handlers that answer nothing.
            _end_where_full,  # type: ignore[arg-type]
            unique_id="apikeys-end-where-full",
        )

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
                409, the account has as many gateway keys as it may have; 503, API
                Gateway does not do it.
        """
        exceptions = self._client.exceptions
        full, absent = exceptions.LimitExceededException, exceptions.NotFoundException
        try:
            with availability.gateway(full):
                made = self._client.create_api_key(
                    name=f"apikeys-{principal}", enabled=True
                )
        except full as error:
            message = "this account has as many API Gateway keys as AWS allows (10,000 "
            message += "a region): delete some that nobody uses, or leave out the plan"
            raise RefusedError(
                Code.GATEWAY_KEYS_EXHAUSTED, message, field="usagePlanId"
            ) from error
        try:
            with availability.gateway(absent):
                self._client.create_usage_plan_key(
                    usagePlanId=plan_id, keyId=made["id"], keyType="API_KEY"
                )
        except absent as error:
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
        absent = self._client.exceptions.NotFoundException
        try:
            with availability.gateway(absent):
                self._client.delete_api_key(apiKey=usage_key_id)
        except absent:
            return


def _end_where_full(
    # Any: an answer as botocore read it has no type of its own.
    response: tuple[object, dict[str, Any]] | None,
    **_: object,
) -> bool | None:
    """Return False, which ends the SDK's retries, where no further key can be made.

    The SDK takes this error for throttling, which passes.
    """
    is_full = response is not None and response[1].get("Error", {}).get("Code") == _FULL
    return False if is_full else None
