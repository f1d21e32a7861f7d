"""The events of an HTTP API's authorizer, in the payload formats 2.0 and 1.0."""

from __future__ import annotations

from apikeys import policy
from apikeys.errors import MisconfiguredError
from apikeys.method_arn import MethodArn
from authorizer.events.rest import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document


class HttpApiRequest(Request):
    """A request to an HTTP API, which a policy refuses.

    AWS doesn't document what an HTTP API does with a raised ``Unauthorized``.
    """

    __slots__ = ()

    def refusal(self) -> Document:
        """Return the answer to a refused request, the same for every reason."""
        return policy.refusal(self.method_arn.stage_arn)


class Payload2Request(HttpApiRequest):
    """A request in payload format 2.0."""

    __slots__ = ()

    _sender = "http"


def read(event: Document) -> HttpApiRequest:
    """Read an event of either format.

    Format 2.0 has another name for the ARN and joins a header's values with commas.

    Raises:
        MisconfiguredError: another format, an unreadable method ARN, or headers that
            are not an object.
    """
    version = event["version"]
    if version == "1.0":
        return HttpApiRequest.parse(event)
    if version != "2.0":
        raise MisconfiguredError("the event's version is not 1.0 or 2.0")
    headers = event.get("headers")
    if not (headers is None or isinstance(headers, dict)):
        raise MisconfiguredError("the event's headers are not an object")
    method_arn = MethodArn.parse(event.get("routeArn"))
    return Payload2Request(event, method_arn, headers or {})
