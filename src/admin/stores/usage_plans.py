"""API Gateway keys, which tie a client to a usage plan for throttling and metering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, invalid
from admin.stores import availability

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_apigateway.type_defs import ApiKeyTypeDef

    from admin.principal import Principal
    from apikeys.document import Document


_THROTTLED = "TooManyRequestsException"
# The most that API Gateway lists at once.
_PAGE = 500


class UsagePlans:
    """Makes and removes the gateway's keys; the client never sees their values."""

    def __init__(self, client: APIGatewayClient, stack: str) -> None:
        self._client = client
        self._stack = stack
        client.meta.events.register_first(
            "needs-retry.api-gateway.CreateApiKey",
            # The stubs know only handlers that return nothing.
            _end_unless_throttled,  # type: ignore[arg-type]
            unique_id="apikeys-end-unless-throttled",
        )

    def join(self, principal: Principal, plan_id: str) -> Document:
        """Put a gateway key into a plan; return the record's fields about it.

        The key is the one that an earlier attempt made for this principal and plan, if
        its answer was lost. Whatever fails, a repeat finds it again.

        Raises:
            RefusedError: 400, there is no such plan, no new gateway key is left behind;
                409, the account has reached its limit of gateway keys; 503, API Gateway
                fails.
        """
        earlier = next(
            (
                _fields(key["id"], key["value"], plan_id)
                for key in self._made_for(principal)
                if key.get("description") == _description(plan_id)
            ),
            None,
        )
        fields = earlier or self._made(principal, plan_id)
        if not self.holds(fields):
            if earlier is None:
                self.leave(fields)
            raise invalid("usagePlanId", "there is no such usage plan")
        return fields

    def holds(self, fields: Document) -> bool:
        """Put a record's gateway key into its plan, if it is not in there.

        Returns:
            Whether it is there now; False if the key or the plan is gone.

        Raises:
            RefusedError: 503, API Gateway fails.
        """
        plan_id, usage_key_id = fields.get("usagePlanId"), fields.get("usageKeyId")
        if not (isinstance(plan_id, str) and isinstance(usage_key_id, str)):
            return False
        exceptions = self._client.exceptions
        absent, joined = exceptions.NotFoundException, exceptions.ConflictException
        try:
            with availability.gateway(absent, joined):
                self._client.create_usage_plan_key(
                    usagePlanId=plan_id, keyId=usage_key_id, keyType="API_KEY"
                )
        except absent:
            return False
        except joined:
            return True
        return True

    def leave(self, fields: Document) -> None:
        """Remove the gateway key that a record's fields name, if it still exists.

        Raises:
            RefusedError: 503, API Gateway fails.
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

    def abandon(self, principal: Principal) -> None:
        """Remove the gateway keys that were made for a principal.

        Raises:
            RefusedError: 503, API Gateway fails.
        """
        for key in list(self._made_for(principal)):
            self.leave({"usageKeyId": key["id"]})

    def _made(self, principal: Principal, plan_id: str) -> Document:
        full = self._client.exceptions.LimitExceededException
        try:
            with availability.gateway(full):
                made = self._client.create_api_key(
                    name=self._name(principal),
                    description=_description(plan_id),
                    enabled=True,
                )
        except full as error:
            message = "this account has as many API Gateway keys as AWS allows (10,000 "
            message += "a region): delete some that nobody uses, or leave out the plan"
            raise RefusedError(
                Code.GATEWAY_KEYS_EXHAUSTED, message, field="usagePlanId"
            ) from error
        return _fields(made["id"], made["value"], plan_id)

    def _made_for(self, principal: Principal) -> Iterator[ApiKeyTypeDef]:
        name = self._name(principal)
        position: dict[str, str] = {}
        while True:
            with availability.gateway():
                page = self._client.get_api_keys(
                    nameQuery=name, includeValues=True, limit=_PAGE, **position
                )
            # The query matches names by prefix.
            yield from (key for key in page.get("items", []) if key.get("name") == name)
            if "position" not in page:
                return
            position = {"position": page["position"]}

    def _name(self, principal: Principal) -> str:
        """Return a gateway key's name, by which an interrupted attempt is found.

        All of an account's stacks share these names, and a login may read as a key id.
        """
        return f"{self._stack}/{principal.field}/{principal.text}"


def _description(plan_id: str) -> str:
    """Return a gateway key's description, which names its plan."""
    return f"Usage plan {plan_id}"


def _fields(usage_key_id: str, value: str, plan_id: str) -> Document:
    return {
        "usageIdentifierKey": value,
        "usageKeyId": usage_key_id,
        "usagePlanId": plan_id,
    }


def _end_unless_throttled(
    # Any: an answer as botocore read it has no type of its own.
    response: tuple[object, dict[str, Any]] | None,
    **_: object,
) -> bool | None:
    """Return False, which ends the SDK's retries, unless the call was throttled.

    Another call would make another key, and nobody would know of the first, whose
    answer was lost; a repeat of the action finds it. The SDK also mistakes a reached
    limit of keys for throttling, which passes.
    """
    error = {} if response is None else response[1].get("Error", {})
    return None if error.get("Code") == _THROTTLED else False
