"""How much has to be loaded: the size of each zip, as Lambda gets it."""

import zipfile
from pathlib import Path

from benchmarks.measurement import Results
from benchmarks.setup import Setup


def measure(setup: Setup, results: Results) -> None:
    """Zip what each contender ships, without what the runtime provides."""
    size = results.begin("zip", "package", "MB zipped", 3, None)
    for contender in setup.contenders:
        file = setup.folder / f"{contender.name}.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for shipped in contender.ships:
                for found in sorted(_files(shipped)):
                    archive.write(found, found.relative_to(shipped.parent))
        size.add(contender.name, file.stat().st_size / 1e6)


def _files(shipped: Path) -> list[Path]:
    if shipped.is_file():
        return [shipped]
    return [file for file in shipped.rglob("*") if file.is_file()]
