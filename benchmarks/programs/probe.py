"""A warm environment that answers batches of events and reports what they cost.

Run by a contender's own Python: `probe.py HANDLER [--count-hashes]`. Each line on stdin
is a request, each line on stdout its answer.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time

from cold import call, load, memory_kilobytes  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class CountingLibrary:
    """Wraps argon2's C library and counts the hashes."""

    def __init__(self, library: Any) -> None:  # noqa: ANN401 - cffi's
        self._library = library
        self.hashes = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - cffi's
        if name in ("argon2_hash", "argon2_verify", "argon2_ctx"):
            self.hashes += 1
        return getattr(self._library, name)


def count_hashes() -> CountingLibrary:
    """Count every argon2 hash of this process from now on."""
    # By name, because not every contender has it.
    bindings = importlib.import_module("_argon2_cffi_bindings")
    library = CountingLibrary(bindings.lib)
    bindings.lib = library  # type: ignore[attr-defined]
    return library


def main() -> None:
    """Answer until stdin ends."""
    name, *options = sys.argv[1:]
    library = count_hashes() if options else None
    handler, out = load(name)
    for line in sys.stdin:
        request = json.loads(line)
        texts = request["events"] * request["repeat"]
        nanoseconds, answers = [], []
        cpu_began = time.process_time_ns()
        for text in texts:
            began = time.perf_counter_ns()
            answer = call(handler, text)
            nanoseconds.append(time.perf_counter_ns() - began)
            answers.append(answer)
        report = {
            "cpu_nanoseconds": time.process_time_ns() - cpu_began,
            "nanoseconds": nanoseconds,
            "answer": answers[0],
            "answers": len({*answers}),
            "hashes": library.hashes if library else 0,
            "resident_kilobytes": memory_kilobytes("VmRSS"),
        }
        os.write(out, f"{json.dumps(report)}\n".encode())


if __name__ == "__main__":
    main()
