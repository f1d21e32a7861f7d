"""The event of a REST API's REQUEST authorizer; the other kinds build on it."""

from __future__ import annotations

from apikeys.errors import MisconfiguredError
from apikeys.method_arn import MethodArn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from apikeys.document import Document


class Request:
    """What the authorizer reads of an event: the method's ARN and the headers.

    ``multi_value_headers`` is None where the event has none, or an empty object, as
    the console's test sends it beside headers. ``is_token`` says that the event holds
    one value and not which header it came in.
    """

    __slots__ = ("headers", "method_arn", "multi_value_headers")

    is_token = False

    def __init__(
        self,
        method_arn: MethodArn,
        headers: Mapping[str, object],
        multi_value_headers: Mapping[str, object] | None = None,
    ) -> None:
        self.method_arn = method_arn
        self.headers = headers
        self.multi_value_headers = multi_value_headers

    @classmethod
    def parse(cls, event: Document) -> Self:
        """Read the method's ARN and the headers of an event that has both readings.

        Raises:
            MisconfiguredError: an unreadable method ARN, or headers that are not an
                object.
        """
        headers, multi_value = event.get("headers"), event.get("multiValueHeaders")
        if not (
            (headers is None or isinstance(headers, dict))
            and (multi_value is None or isinstance(multi_value, dict))
        ):
            raise MisconfiguredError("the event's headers are not an object")
        method_arn = MethodArn.parse(event.get("methodArn"))
        return cls(method_arn, headers or {}, multi_value or None)

    def refusal(self) -> Document | None:
        """Return the answer to a refused request, None where 401 has to be raised."""
        return None
