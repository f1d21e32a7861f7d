"""The build step that takes Amazon's roots out of Mozilla's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import amazon_roots

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMII{}=\n-----END CERTIFICATE-----\n"


def _bundle(folder: Path, labels: tuple[str, ...]) -> str:
    entries = [
        f'# Issuer: CN={label}\n# Label: "{label}"\n# Serial: {number}\n'
        + _CERTIFICATE.format(number)
        for number, label in enumerate(("Another Root", *labels))
    ]
    file = folder / "cacert.pem"
    file.write_text("\n".join(entries))
    return str(file)


def test_amazon_s_own_are_printed_and_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a fixed order, so that builds can be compared."""
    labels = amazon_roots._LABELS
    assert amazon_roots.main(_bundle(tmp_path, labels)) == 0
    expected = "".join(_CERTIFICATE.format(n + 1) for n in range(len(labels)))
    assert capsys.readouterr().out == expected


def test_a_bundle_that_lacks_one_fails_the_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named, and nothing is printed."""
    bundle = _bundle(tmp_path, amazon_roots._LABELS[1:])
    assert amazon_roots.main(bundle) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Amazon Root CA 1" in printed.err
