"""The admin function on an account in memory, at an address where Lambda is invoked.

For the command line as a process of its own. The records lie in a table.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from local import checkout
from tests import tables
from tests.harness.account import Account
from tests.in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Iterator


class Function:
    """The admin function.

    Attributes:
        admin: carries out its requests.
        table: what it stored.
        environment: of a process that is to reach it.
        seconds: how long each answer takes more, as on its way through AWS.
    """

    def __init__(self, account: Account) -> None:
        def client(service: str) -> Any:
            return account._clients(lambda _call, perform: perform())(service)

        self.admin = InProcess(client, **account.environ)
        self.table = account.table
        self.environment = {
            "APIKEYS_FUNCTION": "admin",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_REGION": "eu-west-1",
            "AWS_SECRET_ACCESS_KEY": "test",
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(checkout.ROOT / "src"),
        }
        self.seconds = 0.0

    def answer(self, payload: bytes) -> str:
        """Answer as Lambda does."""
        answer = json.dumps(self.admin.answer(json.loads(payload)))
        time.sleep(self.seconds)
        return answer


@contextmanager
def served() -> Iterator[Function]:
    """Serve a function without records, until the end of the block."""
    account = Account(**tables.ENVIRON)
    account.now = time.time()
    function = Function(account)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with suppress(ConnectionError):  # the process was killed
                super().handle()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if "/functions/" in self.path:
                self._send(200, function.answer(body))
            else:
                # STS does not say who asks.
                self._send(403, "<ErrorResponse/>")

        def _send(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        url = f"http://127.0.0.1:{server.server_port}"
        function.environment["AWS_ENDPOINT_URL"] = url
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield function
        server.shutdown()
