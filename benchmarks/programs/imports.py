"""A cold start that reports when each import begins and ends.

Run by a contender's own Python: `imports.py HANDLER EVENTS`. Prints what began (`+`)
and what ended (`-`), a line each, until the first decision. Each time it calls
`getsid`, which nothing else does: valgrind's callgrind takes that as a mark.
"""

from __future__ import annotations

import importlib
import os
import sys

from cold import call, load, slow_down_the_clock  # type: ignore[import-not-found]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main() -> None:
    """Start, answer, report."""
    name, events = sys.argv[1:]
    seen: list[str] = []
    # What the interpreter calls for a module that is not yet loaded.
    machinery: Any = importlib._bootstrap  # noqa: SLF001
    find_and_load = machinery._find_and_load  # noqa: SLF001 - nothing public tells it

    def mark(moment: str) -> None:
        seen.append(moment)
        os.getsid(0)

    def marked(module: str, import_: Any) -> Any:  # noqa: ANN401 - the machinery's
        mark(f"+ {module}")
        try:
            return find_and_load(module, import_)
        finally:
            mark(f"- {module}")

    slow_down_the_clock()
    with open(events) as file:  # noqa: PTH123 - pathlib is not light
        text = file.readline()
    machinery._find_and_load = marked  # noqa: SLF001 - as above
    handler, out = load(name)
    call(handler, text)
    mark("the first decision")
    os.write(out, "\n".join(seen).encode())


if __name__ == "__main__":
    main()
