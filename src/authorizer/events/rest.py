"""The event of API Gateway: a REST API's REQUEST authorizer."""

from __future__ import annotations

from apikeys.errors import MisconfiguredError
from apikeys.method_arn import MethodArn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Request:
    """What the authorizer reads of an event: the method's ARN and the headers.

    ``multi_value_headers`` is None where the event has none, or an empty object, as
    the console's test sends it beside headers.
    """

    __slots__ = ("headers", "method_arn", "multi_value_headers")

    def __init__(
        self,
        method_arn: MethodArn,
        headers: Mapping[str, object],
        multi_value_headers: Mapping[str, object] | None,
    ) -> None:
        self.method_arn = method_arn
        self.headers = headers
        self.multi_value_headers = multi_value_headers

    @classmethod
    def parse(cls, event: object) -> Request:
        """Read an event.

        Raises:
            MisconfiguredError: another kind of event, an unreadable method ARN or
                headers that are no object: nothing that a client can bring about.
        """
        if (
            not isinstance(event, dict)
            or event.get("type") != "REQUEST"
            or "version" in event
            or not isinstance(method_arn := event.get("methodArn"), str)
        ):
            raise MisconfiguredError(
                "the event is not that of a REST API's REQUEST authorizer"
            )
        headers, multi_value = event.get("headers"), event.get("multiValueHeaders")
        if not (
            (headers is None or isinstance(headers, dict))
            and (multi_value is None or isinstance(multi_value, dict))
        ):
            raise MisconfiguredError("the event's headers are not an object")
        return cls(MethodArn.parse(method_arn), headers or {}, multi_value or None)
