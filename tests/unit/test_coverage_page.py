"""docs/coverage.md: every row of the two systems is built, and proven by a test."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from local.checkout import ROOT

_PAGE = (ROOT / "docs" / "coverage.md").read_text()
_PROOF = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
_BUILT = re.compile(r"`([\w/.-]+\.(?:py|yaml|md))`")
# Tests of these folders meet the deployed stack or Secrets Manager by moto.
_REAL = ("integration/", "contract/", "unit/admin/", "unit/apikeys_cli/")


def _rows() -> list[list[str]]:
    table = _PAGE.split("<!-- coverage:")[1].split("<!-- end of coverage -->")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [row for row in rows if row[0] not in ("OntoPop", "HOPEX")]


@cache
def _tests_in(file: str) -> set[str]:
    """Return the names of the functions of a file, which pytest runs as tests."""
    path = ROOT / "tests" / file
    body = ast.parse(path.read_text("utf-8")).body if path.is_file() else []
    return {node.name for node in body if isinstance(node, ast.FunctionDef)}


def test_no_row_has_an_empty_cell() -> None:
    """What the document has, what it is here, where it is built, what proves it."""
    rows = _rows()
    assert len(rows) > 50
    for row in rows:
        assert len(row) == 4, row
        assert all(row), row


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0][:60])
def test_each_row_is_built_and_proven_for_real(row: list[str]) -> None:
    """The files are there, the tests are run, and one meets what a user meets."""
    for file in _BUILT.findall(row[2]):
        assert any((ROOT / base / file).is_file() for base in ("src", ".")), file
    proofs = _PROOF.findall(row[3])
    assert _PROOF.sub("", row[3]).strip(", ") == "", row[3]
    for file, name in proofs:
        assert name in _tests_in(file), file
    assert any(file.startswith(_REAL) for file, _ in proofs), row[3]
