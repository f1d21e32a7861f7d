"""``apikeys list``: every record once, in a table that fits, or in lines."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.dates import dated, relative
from apikeys_cli.terminal.console import print_data
from apikeys_cli.terminal.listing_table import listing_table
from tests.builders import NOW

if TYPE_CHECKING:
    from tests.unit.apikeys_cli.doubles import Cli

_DAY = 86_400
RECORDS: list[dict[str, Any]] = [
    {
        "keyId": "7GkQ2mV0aZx81TbP",
        "state": "active",
        "client": "Acme",
        "name": "night",
        "roles": ["READER"],
        "expirationDate": "2027-01-24T08:00:00",
    },
    {
        "keyId": "0aZx81TbP7GkQ2mV",
        "state": "disabled",
        "client": "Beta [dim]",
        "roles": [],
        "expirationDate": None,
    },
    {"keyId": "TbP7GkQ2mV0aZx81", "state": "revoked"},
]


def _printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_data(listing_table(RECORDS, NOW))
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_the_table_is_what_a_person_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """Six columns; the end both ways; nothing is folded where no terminal is."""
    assert _printed(capsys) == [
        "keyId             state     client      name   roles   expires",
        "7GkQ2mV0aZx81TbP  active    Acme        night  READER  2027-01-24 (in 9 days)",
        "0aZx81TbP7GkQ2mV  disabled  Beta [dim]                 never",
        "TbP7GkQ2mV0aZx81  revoked",
    ]


def test_a_narrow_terminal_loses_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three columns with lines on one another; the key id is never broken."""
    monkeypatch.setenv("COLUMNS", "50")
    assert _printed(capsys) == [
        "keyId             client, name, roles  expires",
        "7GkQ2mV0aZx81TbP  Acme                 2027-01-24",
        "active            night                (in 9 days)",
        "                  READER",
        "0aZx81TbP7GkQ2mV  Beta [dim]           never",
        "disabled",
        "TbP7GkQ2mV0aZx81",
        "revoked",
    ]


@pytest.mark.parametrize(("variable", "colours"), [(None, True), ("1", False)])
def test_states_have_colours_on_a_terminal_only(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    variable: str | None,
    colours: bool,  # noqa: FBT001 - a parameter
) -> None:
    """A terminal gets colours, unless NO_COLOR says that nobody wants them."""
    cli.issue()
    assert "\x1b" not in cli("list").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    if variable is not None:
        monkeypatch.setenv("NO_COLOR", variable)
    assert ("\x1b[32m" in cli("list").stdout) is colours


def test_list_pages_through_all_by_itself(cli: Cli) -> None:
    """Every record once, however many pages; --limit ends earlier and says so."""
    issued = {cli.issue()["record"]["keyId"] for _ in range(5)}
    found = cli.json("list")
    assert sorted(r["keyId"] for r in found["records"]) == sorted(issued)
    assert found["corrupt"] == []
    done = cli("list", "--limit", "2", "--output", "ndjson")
    assert len(done.stdout.splitlines()) == 2
    assert "The first 2; there may be more" in done.stderr


def test_the_lines_stream_page_by_page(cli: Cli) -> None:
    """What the first page holds is out before the second is asked for."""
    for _ in range(3):
        cli.issue()
    pages = iter([2, 1])
    answered = cli.function.answer

    def small_pages(request: dict[str, Any]) -> Any:
        if request["action"] == "list":
            size = next(pages, None)
            assert size is not None, "asked for a page too many"
            if size == 1:
                raise KeyboardInterrupt
            request |= {"limit": size}
        return answered(request)

    cli.function.answer = small_pages  # type: ignore[method-assign]
    done = cli("list", "--output", "ndjson")
    assert len(done.stdout.splitlines()) == 2
    assert done.exit_code == 1


def test_the_filters_are_the_function_s(cli: Cli) -> None:
    """Each option is the request's field."""
    options = ["--client", "Acme", "--issuer", "Ops", "--role", "reader"]
    options += ["--state", "active", "--expiring-within", "2w", "--limit", "500"]
    done = cli("list", *options)
    assert cli.function.requests[-1] == {
        "action": "list",
        "client": "Acme",
        "issuer": "Ops",
        "role": "reader",
        "state": "active",
        "expiringWithinDays": 14,
        "limit": 100,
    }
    assert (done.exit_code, done.stdout) == (0, "")
    assert "No key fits." in done.stderr


def test_expiring_ones_come_soonest_first(cli: Cli) -> None:
    """Who rotates begins at the top."""
    for days in (9, 3, 6):
        cli.issue("--expires", f"{days}d", "--name", f"in {days}")
    done = cli("list", "--expiring-within", "14d")
    shown = [line.split("in ")[1][0] for line in done.stdout.splitlines()[1:]]
    assert shown == ["3", "6", "9"]


def test_csv_is_safe_in_a_spreadsheet(cli: Cli) -> None:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    for client in ("=1+1", "+1", "-1", "@x", "plain, with a comma"):
        cli.json("issue", "--client", client)
    done = cli("list", "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert sorted(row["client"] for row in rows) == [
        "'+1",
        "'-1",
        "'=1+1",
        "'@x",
        "plain, with a comma",
    ]
    assert b"\r\n" in done.stdout_bytes
    assert {row["state"] for row in rows} == {"active"}


def test_corrupt_records_are_named(cli: Cli, account: Any) -> None:
    """They are no rows, and are not passed over in silence."""
    name = "APIKEY_" + "C" * 16
    account.create_secret(Name=name, SecretString='{"schemaVersion": 1}')
    done = cli("list")
    assert "C" * 16 in done.stderr
    assert json.loads(cli("list", "--output", "json").stdout)["corrupt"] == ["C" * 16]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (9 * _DAY, "in 9 days"),
        (90 * _DAY - 5, "in 90 days"),
        (2 * _DAY, "in 2 days"),
        (30 * 3_600, "in 30 hours"),
        (7_200, "in 2 hours"),
        (600, "in 10 minutes"),
        (40, "in 40 seconds"),
        (0, "0 seconds ago"),
        (-3 * _DAY, "3 days ago"),
    ],
)
def test_relative_time_is_near_enough(seconds: float, text: str) -> None:
    """The largest unit of which there are two or more."""
    assert relative(seconds) == text


def test_an_end_that_is_near_has_its_hour() -> None:
    """Days suffice for what is far; what is no date is shown as it is."""
    assert dated("2027-01-15T10:30:00", NOW) == "2027-01-15 10:30 (in 2 hours)"
    assert dated("2027-01-24T08:00:00", NOW) == "2027-01-24 (in 9 days)"
    exact = dated("2027-01-24T08:00:00", NOW, exact=True)
    assert exact == "2027-01-24T08:00:00 (in 9 days)"
    assert dated("soon", NOW) == "soon"
    assert dated(None, NOW) == "never"
