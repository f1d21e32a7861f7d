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
    """What the authorizer reads from an event: the method's ARN and the headers.

    ``multi_value_headers`` is None where the event has none, or an empty object, as the
    console's test sends it along with headers.

    Attributes:
        is_token: whether the event holds one value, but not the name of its header.
        is_cached: whether API Gateway may cache the answer, if it caches any.
    """

    __slots__ = ("_event", "headers", "method_arn", "multi_value_headers")

    is_token = False
    is_cached = True
    # Where the request's context has the sender.
    _sender = "identity"

    def __init__(
        self,
        event: Document,
        method_arn: MethodArn,
        headers: Mapping[str, object],
        multi_value_headers: Mapping[str, object] | None = None,
    ) -> None:
        self._event = event
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
        return cls(event, method_arn, headers or {}, multi_value or None)

    @property
    def source_ip(self) -> object:
        """The address that the request came from, None if the event has none."""
        found: object = self._event
        for name in ("requestContext", self._sender, "sourceIp"):
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def refusal(self) -> Document | None:
        """Return the answer to a refused request, None if 401 has to be raised."""
        return None
