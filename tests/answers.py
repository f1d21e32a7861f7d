"""Random answers of HTTP, read by the reader of our own and by ``http.client``.

Whatever ours reads, ``http.client`` must read in the same way; what that refuses, ours
must never accept. Run as a script it compares millions, a process for each seed.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from random import Random  # noqa: TID251 - the same answers at every run
from typing import TYPE_CHECKING, NamedTuple

from authorizer.readers.response import BrokenResponseError, parse_head, read_response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authorizer.readers.response import Response

_BODIES = (
    b"",
    b"{}",
    b'{"SecretString":"a value"}',
    b"\r\n\r\n",
    b"2\r\n{}\r\n0\r\n\r\n",
)
_VERSIONS = ("HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/1.1 ", " HTTP/1.1", "http/1.1", "")
_STATUSES = (
    "200",
    "400",
    "500",
    "204",
    "304",
    "100",
    "101",
    "302",
    "99",
    "600",
    "2000",
)
_STATUSES += ("+200", "2_0", "", "\u0662\u0660\u0660".encode().decode("latin-1"), "20")
_REASONS = ("", " ", " OK", " Not so good", "  ", "\tOK", " O\x00K", " \xfc", "OK")
_NAMES = ("content-length", "Content-Length", "content-length ", "Connection", "from")
_NAMES += (
    "Transfer-Encoding",
    "x-amzn-RequestId",
    " folded",
    "",
    "a b",
    "x_y",
    "From ",
)
_VALUES = ("0", "2", "26", "027", "+2", "2_6", "-1", "9" * 8, "9" * 5_000, " 2 ", "\t2")
_VALUES += ("close", "Close", "keep-alive", "close, x", "chunked", "Chunked", "gzip")
_VALUES += ("\xfc", "a\x0bb", "a\x1cb", "a\x85b", "a\rb", "a\nb", "a\r\n b", "")
_ENDS = ("\r\n", "\n", "\r", "\r\n ", "\r\n\r\n", "")
_BYTES = b" \t\r\n:;,+-_09azAZ\x00\x0b\x0c\x1c\x7f\x80\x85\xa0\xff"


class Difference(NamedTuple):
    """An answer that the two readers take in different ways."""

    raw: bytes
    ours: Response
    theirs: Response | None


def random_answer(random: Random) -> bytes:
    """Return an answer as AWS gives it, or with some of what it does not give."""
    strange = random.choice((0.0, 0.02, 0.2))

    def one(usual: str, others: tuple[str, ...]) -> str:
        return random.choice(others) if random.random() < strange else usual

    body = random.choice(_BODIES)
    lines = [
        one("HTTP/1.1", _VERSIONS)
        + " "
        + one(random.choice(_STATUSES[:3]), _STATUSES)
        + one(" OK", _REASONS)
    ]
    fields = [("Content-Length", str(len(body))), ("x-amzn-RequestId", "5f-0a")]
    fields += [("Connection", random.choice(_VALUES[11:15]))] * random.randrange(2)
    random.shuffle(fields)
    fields += [("Transfer-Encoding", "chunked")] * (random.random() < strange)
    fields += [("", "")] * (random.random() < strange)
    lines += [f"{one(n, _NAMES)}:{one(' ', ('',))}{one(v, _VALUES)}" for n, v in fields]
    head = "".join(line + one("\r\n", _ENDS) for line in lines) + one("\r\n", _ENDS)
    raw = bytearray(head.encode("latin-1") + body)
    if random.random() < strange:
        raw += random.choice((bytes(raw), b"\n", b"HTTP/1.1 200 OK\r\n\r\n"))
    for _ in range(random.choice((0, 0, 1, 3))):
        place = random.randrange(len(raw) + 1)
        raw[place : place + random.randrange(2)] = bytes(
            random.choices(_BYTES, k=random.randrange(2))
        )
    return bytes(raw)


def pieces(raw: bytes, random: Random) -> Iterator[bytes]:
    """Yield an answer as a network may deliver it, then nothing for ever."""
    place = 0
    while place < len(raw):
        size = random.choice((1, 7, 100, len(raw)))
        yield raw[place : place + size]
        place += size
    while True:
        yield b""


def ours(raw: bytes, random: Random) -> Response | None:
    """Return what our reader makes of an answer, None where it refuses."""
    come = pieces(raw, random)
    try:
        return read_response(lambda: next(come))
    except (OSError, BrokenResponseError):
        return None


def theirs(raw: bytes) -> Response | None:
    """Return what ``http.client`` makes of an answer, None where it refuses."""

    class Socket:
        def makefile(self, _mode: str) -> BytesIO:
            return BytesIO(raw)

    response = HTTPResponse(Socket(), method="POST")  # type: ignore[arg-type]
    try:
        response.begin()
        return response.status, response.read(), not response.will_close
    except (HTTPException, ValueError, OverflowError, MemoryError):
        return None


def differences(random: Random, counts: Counter[str]) -> Iterator[Difference]:
    """Yield what is wrong with one random answer."""
    raw = random_answer(random)
    read, reference = ours(raw, random), theirs(raw)
    head, separator, _ = raw.partition(b"\r\n\r\n")
    is_own = separator and parse_head(head.decode("latin-1").split("\r\n"))
    counts["answers"] += 1
    counts["read"] += read is not None
    counts["read by our own reader"] += bool(is_own and read)
    counts["refused by both"] += not (read or reference)
    if read is None:
        return
    # One that goes on after ours has closed it does no harm.
    if reference is None or read[:2] != reference[:2] or read[2] > reference[2]:
        yield Difference(raw, read, reference)


def run(seed: int, answers: int) -> tuple[Counter[str], list[Difference]]:
    """Compare a number of answers, the same at every run with this seed."""
    random, counts = Random(seed), Counter[str]()  # noqa: S311 - no secret
    found: list[Difference] = []
    for _ in range(answers):
        found += differences(random, counts)
    return counts, found


def main(arguments: list[str]) -> int:
    """Compare ``ANSWERS SEED…``, a process for each seed; 1 where they differ."""
    answers, *seeds = map(int, arguments)
    total, found = Counter[str](), []
    with ProcessPoolExecutor(max_workers=min(2, len(seeds))) as pool:
        runs = [pool.submit(run, seed, answers // len(seeds)) for seed in seeds]
        for one in runs:
            counts, some = one.result()
            total += counts
            found += some
    for difference in found[:20]:
        sys.stderr.write(f"{difference}\n")
    figures = ", ".join(f"{number:,} {kind}" for kind, number in total.items())
    sys.stdout.write(f"answers of HTTP, seeds {seeds}: {figures}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
