"""The build step that takes Amazon's roots out of Mozilla's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import amazon_roots

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMII{}=\n-----END CERTIFICATE-----\n"


def _bundle(folder: Path, labels: Iterable[str]) -> str:
    entries = [
        f'# Issuer: CN={label}\n# Label: "{label}"\n# Serial: {number}\n'
        + _CERTIFICATE.format(number)
        for number, label in enumerate(("Another Root", *labels))
    ]
    file = folder / "cacert.pem"
    file.write_text("\n".join(entries))
    return str(file)


def test_amazon_roots_are_written_and_no_other(tmp_path: Path) -> None:
    """Each into the file in which OpenSSL looks for it."""
    files, folder = amazon_roots._FILES, tmp_path / "roots"
    assert amazon_roots.main(_bundle(tmp_path, files), str(folder)) == 0
    written = {file.name: file.read_text() for file in folder.iterdir()}
    assert written == {
        name: _CERTIFICATE.format(number)
        for number, name in enumerate(files.values(), start=1)
    }


def test_a_bundle_that_lacks_one_fails_the_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named, and nothing is written."""
    labels = [*amazon_roots._FILES][1:]
    folder = tmp_path / "roots"
    assert amazon_roots.main(_bundle(tmp_path, labels), str(folder)) == 1
    assert not folder.exists()
    assert "Amazon Root CA 1" in capsys.readouterr().err
