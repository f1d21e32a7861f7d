"""The kinds of APIs of which the stack has an example, and how each is called."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from local import websocket
from local.clients import Answer, request
from local.deployment import Stack


class Kind(NamedTuple):
    """A kind of API."""

    name: str
    # The stack's output with its address, and what follows it for another stage.
    output: str
    stage: str = ""
    # What the local stack answers to a refused credential, and what AWS does.
    refused: int = 401
    refused_by_aws: int = 401

    def send(
        self, stack: Stack, path: str, headers: Mapping[str, str], method: str = "GET"
    ) -> Answer:
        """Send one request with these headers; a WebSocket has neither path nor method.

        Returns:
            The answer; for a WebSocket 101 and the answer to a message.
        """
        url = f"{stack.local_url(self.output)}{self.stage}"
        if self is WEBSOCKET:
            return websocket.ask(f"ws{url.removeprefix('http')}", headers)
        return request(f"{url}{path}", headers, method)

    def call(
        self, stack: Stack, path: str, key: str | None, method: str = "GET"
    ) -> Answer:
        """Send one request with a key or without."""
        return self.send(stack, path, {} if key is None else {"X-API-Key": key}, method)


REST: Final = Kind("REST", "ExampleApiUrl")
TOKEN: Final = Kind("TOKEN", "ExampleTokenApiUrl")
HTTP: Final = Kind("HTTP API", "ExampleHttpApiUrl", "", 403, 403)
HTTP_STAGE: Final = Kind("HTTP API, a stage", "ExampleHttpApiUrl", "/example", 403, 403)
# The emulator leaves "version" out of its events, so that the authorizer takes them
# for a REST API's; and it turns each raised refusal into 500, a WebSocket's too.
HTTP_FORMAT_1: Final = Kind("HTTP API 1.0", "ExampleHttpFormat1ApiUrl", "", 500, 403)
WEBSOCKET: Final = Kind("WebSocket", "ExampleWebSocketUrl", "", 500, 401)
