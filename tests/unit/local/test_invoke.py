"""``make invoke``: what is said to who names no event, or one that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local import checkout, invoke

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_file_the_examples_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It ends with 2 at once, and names every event of the authorizer that is there."""
    assert invoke.main("") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("usage: make invoke EVENT=")
    for example in invoke.EXAMPLES:
        assert f"  {example} " in said.err
    named = {f"events/{file.name}" for file in (checkout.ROOT / "events").iterdir()}
    kept = ("events/admin-", "events/local-")
    assert {name for name in named if not name.startswith(kept)} == set(invoke.EXAMPLES)


@pytest.mark.parametrize("content", [None, "no JSON"])
def test_a_file_that_is_not_an_event_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    """It names the file and starts no stack."""
    file = tmp_path / "event.json"
    if content is not None:
        file.write_text(content)
    assert invoke.main(str(file)) == 2
    assert f"{file} can't be read: " in capsys.readouterr().err
