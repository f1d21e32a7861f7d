"""The stores as a process: GetSecretValue and GetItem over TLS, and counts of reads.

It checks no signature and answers in a fraction of a millisecond, so that a contender's
time is its own; or it has the latency of AWS, so that round trips show. `python -m
benchmarks.store_server CERTIFICATE KEY FAST SLOW FLIGHT`, where FLIGHT is the one-way
latency in milliseconds.
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

    def __init__(self, population: Population, thought: float) -> None:
        self._population = population
        self._thought = thought
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
                await asyncio.sleep(self._thought)
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
        if "TableName" in asked:
            return _OK, self._item(asked["Key"]["pk"]["S"])
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

    def _item(self, name: str) -> dict[str, object]:
        """Return DynamoDB's answer with the same record in a table."""
        self._reads += 1
        text = self._population.text(name)
        if text is None:
            return {}
        item = {
            "pk": {"S": name},
            "record": {"S": text},
            "version": {"S": "00000000-0000-4000-8000-000000000000"},
            "notes": {"M": {}},
            "client": {"S": "Acme"},
            "live": {"S": "1"},
        }
        return {"Item": item}


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _forward(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flight: float
) -> None:
    """Pass on what comes, each piece delayed by some seconds."""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            await asyncio.sleep(flight)
            writer.write(piece)
            await writer.drain()
    writer.close()


async def main(
    certificate: Certificate, population: Population, milliseconds: float
) -> None:
    """Listen on a free port of the loopback interface and print which.

    What it sends and receives is delayed by one flight each, so that an answer arrives
    after two.
    """
    flight = milliseconds / 1_000
    server = await asyncio.start_server(
        StoreServer(population, flight).serve, HOST, 0, ssl=certificate.server_context()
    )
    port = server.sockets[0].getsockname()[1]

    async def stand_before(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        from_it, to_it = await asyncio.open_connection(HOST, port)
        await asyncio.gather(
            _forward(reader, to_it, 0), _forward(from_it, writer, flight)
        )

    if flight:
        # Before TLS, so that its handshake has flights, too.
        server = await asyncio.start_server(stand_before, HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(
        main(
            Certificate(Path(sys.argv[1]), Path(sys.argv[2])),
            Population(int(sys.argv[3]), int(sys.argv[4])),
            float(sys.argv[5]),
        )
    )
