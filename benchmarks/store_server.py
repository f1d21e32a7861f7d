"""The store as a process of its own: GetSecretValue over TLS, and counts of reads.

It checks no signature and answers in a fraction of a millisecond, so that a
contender's time is its own. `python -m benchmarks.store_server CERTIFICATE FAST SLOW`.
"""

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Final

from benchmarks.certificate import HOST, Certificate
from benchmarks.population import PREFIX, SHARED_SECRET, Population

_OK: Final = 200
_BAD_REQUEST: Final = 400
_ARN: Final = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"


class StoreServer:
    """Answers for a population and counts what it was asked."""

    def __init__(self, population: Population) -> None:
        self._population = population
        self._reads = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer the requests of one connection, one after the other."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_content_length(head))
                status, answer = self._answer(head, body)
                content = json.dumps(answer).encode()
                writer.write(
                    f"HTTP/1.1 {status} -\r\n"
                    "Content-Type: application/x-amz-json-1.1\r\n"
                    f"Content-Length: {len(content)}\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        writer.close()

    def _answer(self, head: bytes, body: bytes) -> tuple[int, dict[str, object]]:
        if head.startswith(b"GET /counts "):
            return _OK, {"reads": self._reads}
        if head.startswith(b"GET /reset "):
            self._reads = 0
            return _OK, {}
        asked = json.loads(body)
        name = asked["SecretId"]
        self._reads += name.startswith((PREFIX, SHARED_SECRET))
        text = self._population.text(name)
        if text is None or asked.get("VersionStage", "AWSCURRENT") != "AWSCURRENT":
            return _BAD_REQUEST, {
                "__type": "ResourceNotFoundException",
                "Message": "Secrets Manager can't find the specified secret.",
            }
        return _OK, {
            "ARN": f"{_ARN}{name}-AbCdEf",
            "CreatedDate": 1767225600.0,
            "Name": name,
            "SecretString": text,
            "VersionId": "00000000-0000-4000-8000-000000000000",
            "VersionStages": ["AWSCURRENT"],
        }


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def main(certificate: Certificate, population: Population) -> None:
    """Listen on a free port of the loopback interface and print which."""
    server = await asyncio.start_server(
        StoreServer(population).serve, HOST, 0, ssl=certificate.server_context()
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(
        main(
            Certificate(Path(sys.argv[1]), Path(sys.argv[2])),
            Population(int(sys.argv[3]), int(sys.argv[4])),
        )
    )
