"""A reader of AWS Secrets Manager that stands on the standard library alone.

An authorizer is started while a client waits: importing an AWS SDK and making its
client costs several times what the whole rest of a cold start does (docs/adr/).
"""

from __future__ import annotations

import http.client
import json
import time

from apikeys.decision import Reason
from apikeys.errors import StoreUnavailableError
from authorizer.readers.aws_error import absence
from authorizer.readers.connection import Incoming, connect, left

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket

    from authorizer.readers.endpoint import Endpoint
    from authorizer.readers.sigv4 import Signer
    from authorizer.readers.tls import Trust

READ_SECONDS = 1.5
TRIES = 2
_PAUSE_SECONDS = 0.05
_REQUEST = "POST / HTTP/1.1\r\naccept-encoding: identity\r\n"


class SecretsManager:
    """Reads secrets over one connection that is kept open between requests."""

    def __init__(self, endpoint: Endpoint, signer: Signer, trust: Trust) -> None:
        self._endpoint = endpoint
        self._trust = trust
        self._signer = signer
        self._connection: socket.socket | None = None

    def read(self, name: str, deadline: float) -> str | Reason:
        """Return the current value of a secret.

        Args:
            name: the secret's name.
            deadline: by the monotonic clock; no try begins or lasts beyond it, however
                the service answers.

        Returns:
            The text; ``UNKNOWN`` where there is no such secret, ``REVOKED`` where it is
            scheduled for deletion, ``CORRUPT`` where it holds bytes.

        Raises:
            StoreUnavailableError: no answer, a throttled one, a failure of the service
                or an answer without a value, twice.
            StoreRefusedError: access denied, KMS trouble, a request refused.
        """
        body = json.dumps({"SecretId": name, "VersionStage": "AWSCURRENT"}).encode()
        for attempt in range(TRIES):
            if attempt:
                time.sleep(_PAUSE_SECONDS)
            try:
                return _value(*self._post(body, deadline))
            except StoreUnavailableError as error:
                unavailable = error
        raise unavailable

    def _post(self, body: bytes, deadline: float) -> tuple[int, bytes]:
        headers = self._signer.sign(
            {
                "content-type": "application/x-amz-json-1.1",
                "host": self._endpoint.netloc,
                "x-amz-target": "secretsmanager.GetSecretValue",
            },
            body,
            time.time(),
        )
        kept = self._connection is not None
        try:
            return self._exchange(headers, body, deadline)
        except (OSError, http.client.HTTPException) as error:
            self._close()
            closed = isinstance(error, OSError) and not isinstance(error, TimeoutError)
            if kept and closed:
                # The peer closed what we kept, perhaps while we were frozen: no outage.
                try:
                    return self._exchange(headers, body, deadline)
                except (OSError, http.client.HTTPException) as again:
                    self._close()
                    error = again
            raise StoreUnavailableError(
                f"no answer from Secrets Manager: {type(error).__name__}"
            ) from None

    def _exchange(
        self, headers: dict[str, str], body: bytes, deadline: float
    ) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = connect(self._endpoint, self._trust, deadline)
        connection = self._connection
        until = min(deadline, time.monotonic() + READ_SECONDS)
        connection.settimeout(left(until))
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        head = f"{_REQUEST}content-length: {len(body)}\r\n{''.join(lines)}\r\n"
        # Head and body as one: http.client would send two packets, in two TLS records.
        connection.sendall(head.encode("ascii") + body)
        response = http.client.HTTPResponse(
            Incoming(connection, until),  # type: ignore[arg-type]  # all that it uses
            method="POST",
        )
        try:
            response.begin()
            content = response.read()
        finally:
            response.close()
        if response.will_close:
            self._close()
        return response.status, content

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _value(status: int, body: bytes) -> str | Reason:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise StoreUnavailableError(f"Secrets Manager answered {status} without JSON")
    if status == http.client.OK:
        value = answer.get("SecretString")
        if isinstance(value, str):
            return value
        if "SecretBinary" in answer:
            return Reason.CORRUPT
        raise StoreUnavailableError("Secrets Manager answered without a value")
    # Some answers spell it "namespace#Code" or "Code:address".
    code = str(answer.get("__type", "")).rpartition("#")[2].partition(":")[0]
    return absence(status, code)
