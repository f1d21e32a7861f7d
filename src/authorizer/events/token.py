"""The event of a REST API's TOKEN authorizer: the value of one header, unnamed."""

from __future__ import annotations

from apikeys.method_arn import MethodArn
from authorizer.events.rest import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.document import Document


class TokenRequest(Request):
    """A request whose one value may be a key or a login."""

    __slots__ = ()

    is_token = True


def read(event: Document) -> TokenRequest:
    """Read an event.

    The value may be of either header: the event doesn't say which one the authorizer is
    configured with.

    Raises:
        MisconfiguredError: an unreadable method ARN.
    """
    method_arn = MethodArn.parse(event.get("methodArn"))
    value = event.get("authorizationToken", "")
    return TokenRequest(event, method_arn, {"x-api-key": value, "authorization": value})
