"""An AWS service that takes and answers JSON by POST requests.

An authorizer starts while a client waits: importing an AWS SDK and making its client
would cost several times the rest of a cold start (docs/adr/0007).
"""

from __future__ import annotations

import json
import time

from apikeys.errors import StoreUnavailableError
from authorizer.readers.connection import connect, left, receive
from authorizer.readers.response import BrokenResponseError, read_response

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from authorizer.readers.endpoint import Endpoint
    from authorizer.readers.response import Response
    from authorizer.readers.sigv4 import Signer
    from authorizer.readers.tls import Trust

    type Answer = dict[str, object]

READ_SECONDS = 1.5
TRIES = 2
_PAUSE_SECONDS = 0.05
_REQUEST = "POST / HTTP/1.1\r\naccept-encoding: identity\r\n"


class Service:
    """Asks over one connection, kept open between requests."""

    def __init__(
        self, title: str, endpoint: Endpoint, signer: Signer, trust: Trust
    ) -> None:
        """Make a client; ``title`` is the service's name for people."""
        self._title = title
        self._endpoint = endpoint
        self._trust = trust
        self._signer = signer
        self._connection: socket.socket | None = None

    def ask[T](
        self,
        headers: dict[str, str],
        question: Answer,
        deadline: float,
        judge: Callable[[int, Answer], T],
    ) -> T:
        """Return what ``judge`` makes of the answer to a request.

        Args:
            headers: the request's content type and target.
            question: the request's content.
            deadline: on the monotonic clock; no attempt begins or lasts beyond it,
                however the service answers.
            judge: interprets status and answer. If it raises ``StoreUnavailableError``,
                the request is sent once more.

        Raises:
            StoreUnavailableError: no answer, one without JSON, or as ``judge`` does,
                twice.
        """
        body = json.dumps(question).encode()
        for attempt in range(TRIES):
            if attempt:
                time.sleep(_PAUSE_SECONDS)
            try:
                return judge(*self._post(headers, body, deadline))
            except StoreUnavailableError as error:
                unavailable = error
        raise unavailable

    def _post(
        self, headers: dict[str, str], body: bytes, deadline: float
    ) -> tuple[int, Answer]:
        signed = self._signer.sign(
            {**headers, "host": self._endpoint.netloc}, body, time.time()
        )
        kept = self._connection is not None
        try:
            status, content, stays_open = self._exchange(signed, body, deadline)
        except (OSError, BrokenResponseError) as error:
            self._close()
            closed = isinstance(error, OSError) and not isinstance(error, TimeoutError)
            if kept and closed:
                # The peer closed the kept connection, perhaps while we were frozen: not
                # an outage.
                return self._post(headers, body, deadline)
            raise StoreUnavailableError(
                f"no answer from {self._title}: {type(error).__name__}"
            ) from None
        if not stays_open:
            self._close()
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise StoreUnavailableError(f"{self._title} answered {status} without JSON")
        return status, answer

    def _exchange(
        self, headers: dict[str, str], body: bytes, deadline: float
    ) -> Response:
        if self._connection is None:
            self._connection = connect(self._endpoint, self._trust, deadline)
        connection = self._connection
        until = min(deadline, time.monotonic() + READ_SECONDS)
        connection.settimeout(left(until))
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        head = f"{_REQUEST}content-length: {len(body)}\r\n{''.join(lines)}\r\n"
        # Head and body together: one packet, and one TLS record.
        connection.sendall(head.encode("ascii") + body)
        return read_response(lambda: receive(connection, until))

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
