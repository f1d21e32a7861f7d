"""The store's process, started and queried by the benchmark."""

import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks.certificate import HOST, Certificate
from local import checkout, environment


class Store(NamedTuple):
    """A server that stands in for AWS and counts requests."""

    port: int
    certificate: Certificate

    @property
    def url(self) -> str:
        """The endpoint that contenders use as AWS's."""
        return f"https://{HOST}:{self.port}"

    def reset(self) -> None:
        """Reset the counts."""
        self._get("/reset")

    def reads(self) -> int:
        """Return how often keys were read since the last reset."""
        return int(self._get("/counts")["reads"])

    def _get(self, path: str) -> dict[str, int]:
        context = ssl.create_default_context(cafile=self.certificate.authority)
        connection = http.client.HTTPSConnection(HOST, self.port, context=context)
        try:
            connection.request("GET", path)
            found: dict[str, int] = json.load(connection.getresponse())
        finally:
            connection.close()
        return found


@contextmanager
def running_store(
    certificate: Certificate, fast: int, slow: int = 0, flight: float = 0
) -> Iterator[Store]:
    """Run the store of Secrets Manager for a population, see ``population``.

    ``flight``: the one-way latency of what it sends, in milliseconds.
    """
    arguments = [str(fast), str(slow), str(flight)]
    with running_server("benchmarks.store_server", certificate, arguments) as store:
        yield store


@contextmanager
def running_server(
    module: str, certificate: Certificate, arguments: list[str]
) -> Iterator[Store]:
    """Run a module that prints its port once it listens; stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, certificate), *arguments],
        cwd=checkout.ROOT,
        env=environment.isolated(certificate.authority.parent)
        | {"AWS_ACCESS_KEY_ID": "benchmark", "AWS_SECRET_ACCESS_KEY": "benchmark"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None  # noqa: S101 - PIPE, for mypy
            yield Store(int(process.stdout.readline()), certificate)
        finally:
            process.terminate()
