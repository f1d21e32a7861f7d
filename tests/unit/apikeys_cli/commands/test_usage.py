"""``apikeys usage``."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.commands import usage

if TYPE_CHECKING:
    from tests.unit.apikeys_cli.doubles import Cli

_KEY, _UNUSED = "7GkQ2mV0aZx81TbP", "0aZx81TbP7GkQ2mV"
_ROWS: list[dict[str, Any]] = [
    {
        "outcome": "refuse",
        "reason": "malformed",
        "decisions": 7,
        "first": "2027-01-01T10:00:00Z",
        "last": "2027-01-02T10:00:00Z",
    },
    {
        "login": "ann",
        "outcome": "allow",
        "reason": "granted",
        "decisions": 1_200,
        "first": "2027-01-01T10:00:00Z",
        "last": "2027-01-02T10:00:00Z",
    },
    {
        "keyId": _KEY,
        "outcome": "refuse",
        "reason": "expired",
        "decisions": 3,
        "first": "2027-01-01T10:00:00Z",
        "last": "2027-01-02T10:00:00Z",
    },
]


class Log:
    """An admin function whose log answers at the third time of asking."""

    def __init__(self, rows: list[dict[str, Any]], **started: object) -> None:
        self.requests: list[dict[str, Any]] = []
        self._rows = rows
        self._started = started

    def answer(self, request: dict[str, Any]) -> Any:
        """Answer as the function does."""
        self.requests.append(request)
        if "queryId" not in request:
            times = {"from": "2026-12-16T08:00:00Z", "to": "2027-01-15T08:00:00Z"}
            return {"status": 200, "queryId": "q-1", **times, **self._started}
        if len(self.requests) < 4:
            return {"status": 200, "queryId": "q-1"}
        return {"status": 200, "usage": self._rows, "bytesRead": 1_500_000_000}


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no test wait; return how long each would have."""
    lengths: list[float] = []
    monkeypatch.setattr(usage, "sleep", lengths.append)
    return lengths


def _answered_by(cli: Cli, log: Log) -> None:
    cli.function.answer = log.answer  # type: ignore[method-assign]


def test_a_query_is_started_and_asked_for_until_it_is_answered(
    cli: Cli, waits: list[float]
) -> None:
    """No call waits: the command does, longer each time."""
    log = Log(_ROWS)
    _answered_by(cli, log)
    assert cli("usage", _KEY, "--days", "7").exit_code == 0
    assert log.requests == [
        {"action": "usage", "keyId": _KEY, "days": 7},
        *([{"action": "usage", "queryId": "q-1"}] * 3),
    ]
    assert waits == [0.5, 1.0]


def test_the_table_is_what_a_person_reads(cli: Cli) -> None:
    """By key, what unknown sent last; and what the figures are not."""
    _answered_by(cli, Log(_ROWS))
    done = cli("usage")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["keyId", "or", "login", "outcome", "reason", "decisions", "first", "last"],
        [_KEY, "refuse", "expired", "3", _ROWS[0]["first"], _ROWS[0]["last"]],
        ["ann", "allow", "granted", "1200", _ROWS[0]["first"], _ROWS[0]["last"]],
        [
            *("unknown", "refuse", "malformed", "7"),
            *(_ROWS[0]["first"], _ROWS[0]["last"]),
        ],
    ]
    assert "Decisions, not requests" in done.stderr
    assert "read 1.500 GB" in done.stderr


_LONG = _ROWS[1] | {
    "login": "webservice-production",
    "outcome": "refuse",
    "reason": "store_unavailable",
}


@pytest.mark.parametrize("width", [60, 76, 80, 84, 100, 140])
def test_no_figure_is_cropped_at_any_width(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """No id, word, number or time is broken; a login where it is very long."""
    monkeypatch.setenv("COLUMNS", str(width))
    _answered_by(cli, Log([*_ROWS, _LONG]))
    lines = cli("usage").stdout.splitlines()
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for row in (*_ROWS, _LONG):
        for field in ("outcome", "reason", "decisions", "first", "last"):
            assert str(row[field]) in text
    assert _KEY in text


def test_a_terminal_of_80_columns_shows_this(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last decision stands below the first."""
    monkeypatch.setenv("COLUMNS", "80")
    _answered_by(cli, Log(_ROWS))
    assert [line.rstrip() for line in cli("usage").stdout.splitlines()] == [
        "keyId or login    outcome  reason     decisions  first, last",
        "7GkQ2mV0aZx81TbP  refuse   expired            3  2027-01-01T10:00:00Z",
        "                                                 2027-01-02T10:00:00Z",
        "ann               allow    granted         1200  2027-01-01T10:00:00Z",
        "                                                 2027-01-02T10:00:00Z",
        "unknown           refuse   malformed          7  2027-01-01T10:00:00Z",
        "                                                 2027-01-02T10:00:00Z",
    ]


def test_keys_without_a_decision_are_named(cli: Cli) -> None:
    """For they are what one asks for before ending a key."""
    named = [{"keyId": _KEY}, {"keyId": _UNUSED}]
    _answered_by(cli, Log(_ROWS[2:], principals=named))
    done = cli("usage", "--client", "Acme")
    assert f"No decision about {_UNUSED} since 2026-12-16T08:00:00Z." in done.stderr
    assert f"about {_KEY}" not in done.stderr


def test_an_empty_log_is_said_to_be_empty(cli: Cli) -> None:
    """On stderr; there is no data."""
    _answered_by(cli, Log([]))
    done = cli("usage")
    assert not done.stdout
    assert "No decision since 2026-12-16T08:00:00Z." in done.stderr


def test_the_json_is_whole(cli: Cli) -> None:
    """With the time that was looked at, and what was read."""
    _answered_by(cli, Log(_ROWS[2:], principals=[{"keyId": _UNUSED}]))
    assert cli.json("usage", _UNUSED) == {
        "from": "2026-12-16T08:00:00Z",
        "to": "2027-01-15T08:00:00Z",
        "usage": _ROWS[2:],
        "bytesRead": 1_500_000_000,
        "unused": [{"keyId": _UNUSED}],
    }


def test_an_account_with_a_keys_id_for_a_login_is_not_taken_for_it(cli: Cli) -> None:
    """It was used, the key was not."""
    row = _ROWS[1] | {"login": _UNUSED}
    principals = [{"login": _UNUSED}, {"keyId": _UNUSED}]
    _answered_by(cli, Log([row], principals=principals))
    assert cli.json("usage", "--client", "Acme")["unused"] == [{"keyId": _UNUSED}]


def test_the_csv_has_a_row_each(cli: Cli) -> None:
    """With the same columns for keys and accounts."""
    _answered_by(cli, Log(_ROWS))
    done = cli("usage", "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["keyId"] or row["login"] for row in rows] == [_KEY, "ann", ""]


@pytest.mark.parametrize(
    "arguments",
    [
        (_KEY, "--login", "ann"),
        (_KEY, "--client", "Acme"),
        ("--login", "ann", "--client", "Acme"),
    ],
)
def test_one_question_at_a_time(cli: Cli, arguments: tuple[str, ...]) -> None:
    """Nothing is asked of a function."""
    done = cli("usage", *arguments)
    assert done.exit_code == 2
    assert "give one of a key id, --login and --client" in done.stderr
    assert not cli.function.requests
