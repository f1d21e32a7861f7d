"""docs/performance.md: the generated part between its markers."""

from pathlib import Path
from typing import Final

from local import checkout

FILE: Final = checkout.ROOT / "docs" / "performance.md"
_BEGIN: Final = "<!-- figures: written by make bench -->"
_END: Final = "<!-- end of figures -->"


def write(figures: str, file: Path = FILE) -> None:
    """Put the figures of this run between the markers."""
    before, _, rest = file.read_text().partition(_BEGIN)
    _, _, after = rest.partition(_END)
    file.write_text(f"{before}{_BEGIN}\n\n{figures}\n\n{_END}{after}")
