"""A WebSocket client that asks the back end who calls."""

import json
from collections.abc import Mapping
from typing import Final

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from local.clients import Answer

OPENED: Final = 101  # Switching Protocols, RFC 6455
_SECONDS: Final = 60


def ask(url: str, headers: Mapping[str, str]) -> Answer:
    """Open a WebSocket with these headers and send one message.

    Returns:
        101 and the answer to the message; or how the handshake was refused, without the
        ids in it, which differ each time.
    """
    try:
        with connect(
            url,
            additional_headers=dict(headers),
            open_timeout=_SECONDS,
            proxy=None,
        ) as socket:
            socket.send(json.dumps({"action": "whoami"}))
            return Answer(OPENED, str(socket.recv(timeout=_SECONDS)))
    except InvalidStatus as refused:
        response = refused.response
        body = bytes(response.body or b"")
        return Answer(response.status_code, _without_ids(body))


def _without_ids(body: bytes) -> str:
    try:
        message = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        return body.decode()
    return json.dumps({"message": message}, separators=(",", ":"))
