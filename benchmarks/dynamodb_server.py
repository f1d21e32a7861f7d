"""moto's DynamoDB over TLS, with the table of b-cfn and a count of reads.

`python -m benchmarks.dynamodb_server CERTIFICATE… KEYS`.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
from moto import mock_aws
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from benchmarks.certificate import HOST, Certificate
from benchmarks.dynamodb import TABLE
from benchmarks.population import key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    type Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

_READ: Final = "DynamoDB_20120810.GetItem"


class Counting:
    """Wraps moto and counts the reads of items."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._reads = 0

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request."""
        if environ["PATH_INFO"] in ("/counts", "/reset"):
            answer = json.dumps({"reads": self._reads}).encode()
            if environ["PATH_INFO"] == "/reset":
                self._reads = 0
            start_response("200 OK", [("Content-Length", str(len(answer)))])
            return [answer]
        self._reads += environ.get("HTTP_X_AMZ_TARGET") == _READ
        return self._application(environ, start_response)


class Quiet(WSGIRequestHandler):
    """Logs no requests and sends without delay."""

    disable_nagle_algorithm = True

    def log_request(self, *_arguments: Any) -> None:  # noqa: ANN401 - as inherited
        """Say nothing."""


def main(certificate: Certificate, keys: int) -> None:
    """Fill the table, listen on a free port and print which."""
    with mock_aws():
        _fill(keys)
        application = Counting(DomainDispatcherApplication(create_backend_app))
        server = make_server(
            HOST,
            0,
            application,
            threaded=True,
            request_handler=Quiet,
            ssl_context=certificate.server_context(),
        )
        print(server.port, flush=True)
        server.serve_forever()


def _fill(keys: int) -> None:
    table = boto3.resource("dynamodb", "eu-west-1").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "ApiKey", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "ApiKey", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with table.batch_writer() as batch:
        for number in range(keys):
            minted = key(number)
            hashed = sha256(minted.text.encode()).hexdigest()
            batch.put_item(Item={"ApiKey": minted.key_id, "ApiSecretHash": hashed})


if __name__ == "__main__":
    main(Certificate(Path(sys.argv[1]), Path(sys.argv[2])), int(sys.argv[3]))
