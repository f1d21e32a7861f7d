"""An answer is printed in one of four forms, and in no other."""

from __future__ import annotations

import pytest

from apikeys_cli.terminal.formats import FORMATS, emit

_ANSWER = {"kept": True, "rows": [{"a": 1, "b": None}]}
_PRINTED = {
    "table": "a person reads this\n",
    "json": '{\n  "kept": true,\n  "rows": [\n    {\n      "a": 1,\n      "b": null\n'
    "    }\n  ]\n}\n",
    "ndjson": '{"a":1,"b":null}\n{"a":2}\n',
    "csv": "b,a\r\n,1\r\n,2\r\n",
}


@pytest.mark.parametrize("output", FORMATS)
def test_emit_prints_the_form_that_is_wanted(
    output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON has the answer whole, the forms of lines its rows, a person the table."""

    def table() -> None:
        print("a person reads this")  # noqa: T201 - as a table is

    emit(output, _ANSWER, [{"a": 1, "b": None}, {"a": 2}], ("b", "a"), table)
    assert capsys.readouterr().out == _PRINTED[output]
