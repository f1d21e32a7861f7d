"""``apikeys list``: every record once, in a table that fits, or in lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from apikeys_cli.dates import dated, relative
from apikeys_cli.terminal.console import print_data
from apikeys_cli.terminal.listing_table import chosen_table, listing_table
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


_LONG: list[dict[str, Any]] = [
    {
        "keyId": "7GkQ2mV0aZx81TbP",
        "state": "active",
        "client": "Acme Corporation International",
        "name": "nightly batch of reports",
        "roles": ["ROLE_ONTOPOP_MANAGEMENT_API", "ROLE_ONTOPOP_TRIPLESTORE_API"],
        "expirationDate": "2027-04-25T08:00:00Z",
    },
    {
        "keyId": "0aZx81TbP7GkQ2mV",
        "state": "disabled",
        "client": "株式会社東京データ管理センター",
        "name": "夜間バッチ処理",
        "roles": ["READER"],
        "expirationDate": "2027-01-15T20:00:00Z",
    },
    {
        "login": "webservice",
        "state": "expired",
        "client": "HOPEX",
        "roles": ["ADMINISTRATOR"],
        "expirationDate": None,
    },
]
_SHORT: list[dict[str, Any]] = [
    {
        "keyId": "7GkQ2mV0aZx81TbP",
        "state": "active",
        "client": "Acme",
        "name": "night",
        "roles": ["READER"],
        "expirationDate": f"2027-{month}-25T08:00:00Z",
    }
    for month in ("01", "04")
]


@pytest.mark.parametrize("records", [_LONG, _SHORT], ids=["long", "short"])
@pytest.mark.parametrize("width", [60, 76, 80, 84, 100, 140])
def test_nothing_is_cropped_at_any_width(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    records: list[dict[str, Any]],
) -> None:
    """No role, id, date or distance is broken, no letter lost, no line too long."""
    monkeypatch.setenv("COLUMNS", str(width))
    print_data(listing_table(records, NOW))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert max(map(cell_len, lines)) <= width
    text = "\n".join(lines)
    for record in records:
        date, _, distance = dated(record["expirationDate"], NOW).partition(" (")
        whole = [record.get("keyId") or record["login"], record["state"], date]
        for part in (*whole, *record["roles"], *([f"({distance}"] if distance else [])):
            assert part in text
        for field in ("client", "name"):
            assert Counter(record.get(field, "").replace(" ", "")) <= Counter(text)
    on_one_line = re.search(r"\d \(in ", text) is not None
    assert on_one_line is (width >= 100 and not (width == 100 and records is _LONG))


def test_a_terminal_of_80_columns_shows_this(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six columns where they have room, with the distance under the date."""
    monkeypatch.setenv("COLUMNS", "80")
    print_data(listing_table(_SHORT, NOW))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "keyId             state   client  name   roles   expires",
        "7GkQ2mV0aZx81TbP  active  Acme    night  READER  2027-01-25",
        "                                                 (in 10 days)",
        "7GkQ2mV0aZx81TbP  active  Acme    night  READER  2027-04-25",
        "                                                 (in 100 days)",
    ]
    print_data(listing_table(_LONG, NOW))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "keyId or login    client, name, roles             expires",
        "7GkQ2mV0aZx81TbP  Acme Corporation International  2027-04-25",
        "active            nightly batch of reports        (in 100 days)",
        "                  ROLE_ONTOPOP_MANAGEMENT_API",
        "                  ROLE_ONTOPOP_TRIPLESTORE_API",
        "0aZx81TbP7GkQ2mV  株式会社東京データ管理センター  2027-01-15 20:00",
        "disabled          夜間バッチ処理                  (in 12 hours)",
        "                  READER",
        "webservice        HOPEX                           never",
        "expired           ADMINISTRATOR",
    ]


def test_revoked_keys_are_listed_with_the_end_of_their_window(cli: Cli) -> None:
    """In place of the end that they had."""
    key_id = cli.issue("--name", "night")["record"]["keyId"]
    cli("revoke", key_id, "--yes", "--recovery-days", "9")
    heading, row = cli("list", "--state", "revoked").stdout.splitlines()
    assert heading.rstrip().endswith("restorable until")
    assert row.startswith(key_id)
    assert row.rstrip().endswith("(in 9 days)")


def test_wide_letters_have_the_room_that_they_take(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes two columns of a terminal; what has room is not broken."""
    monkeypatch.setenv("COLUMNS", "140")
    print_data(listing_table([*_SHORT, _LONG[1]], NOW))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[-1] == (
        "0aZx81TbP7GkQ2mV  disabled  株式会社東京データ管理センター  夜間バッチ処理  "
        "READER  2027-01-15 20:00 (in 12 hours)"
    )


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
    assert cli.function.requests[0] == {
        "action": "list",
        "client": "Acme",
        "issuer": "Ops",
        "role": "reader",
        "state": "active",
        "expiringWithinDays": 14,
        "limit": 100,
    }
    assert (done.exit_code, done.stdout) == (0, "")
    assert "No keys yet" in done.stderr


def test_no_keys_yet_is_told_from_none_that_match(cli: Cli) -> None:
    """The one asks for a key, the other for another filter."""
    for options in ([], ["--client", "Acme"]):
        assert cli("list", *options).stderr == "No keys yet; apikeys issue makes one.\n"
    cli.issue()
    done = cli("list", "--client", "Other")
    assert done.stderr == "No key matches your filter; apikeys list shows all.\n"
    assert (done.exit_code, done.stdout) == (0, "")


def test_a_filter_by_an_unknown_role_says_so(cli: Cli) -> None:
    """A role that nobody holds is another matter."""
    cli.issue()
    assert cli("list", "--role", "writers").stderr == (
        "WRITERS is not in the role map; there are: ADMINISTRATOR, READER, WRITER. Did "
        "you mean WRITER?\n"
    )
    assert "No key matches your filter" in cli("list", "--role", "WRITER").stderr


def test_ends_may_be_chosen_by_the_hour(cli: Cli) -> None:
    """The function counts days; what ends later on the last one is left out."""
    for hours in (1, 11, 13, 30):
        cli.issue("--expires", f"{hours}h", "--name", f"n{hours}")
    found = cli.json("list", "--expiring-within", "12h")["records"]
    assert sorted(record["name"] for record in found) == ["n1", "n11"]
    found = cli.json("list", "--expiring-within", "12h", "--limit", "1")["records"]
    assert len(found) == 1
    found = cli.json("list", "--expiring-within", "1d")["records"]
    assert sorted(record["name"] for record in found) == ["n1", "n11", "n13"]


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
    """They are not rows, but are not silently ignored."""
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
        (1, "in 1 second"),
        (0, "0 seconds ago"),
        (-3 * _DAY, "3 days ago"),
    ],
)
def test_relative_time_is_near_enough(seconds: float, text: str) -> None:
    """The largest unit of which there are two or more."""
    assert relative(seconds) == text


def test_an_end_that_is_near_has_its_hour() -> None:
    """Days suffice for what is far; what is not a date is shown as it is."""
    assert dated("2027-01-15T10:30:00", NOW) == "2027-01-15 10:30 (in 2 hours)"
    assert dated("2027-01-24T08:00:00", NOW) == "2027-01-24 (in 9 days)"
    exact = dated("2027-01-24T08:00:00", NOW, exact=True)
    assert exact == "2027-01-24T08:00:00 (in 9 days)"
    assert dated("soon", NOW) == "soon"
    assert dated(None, NOW) == "never"


def test_a_search_is_the_functions(cli: Cli) -> None:
    """In client, name and description, in any case."""
    found = cli.issue("--name", "Night batch")["record"]["keyId"]
    cli.issue("--name", "Day")
    assert [r["keyId"] for r in cli.json("list", "--search", "NIGHT")["records"]] == [
        found
    ]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["a", "B", "c"]),
        ("-name", ["c", "B", "a"]),
        ("expires", ["B", "a", "c"]),
        ("-expires", ["a", "B", "c"]),
    ],
)
@pytest.mark.parametrize("output", ["json", "ndjson", "csv", "table"])
def test_records_are_sorted_in_every_form(
    cli: Cli, output: str, sort: str, names: list[str]
) -> None:
    """A limit takes the first of all; what never ends comes last."""
    for name, end in (("c", "never"), ("a", "9d"), ("B", "2d")):
        cli.issue("--name", name, "--expires", end)
    given = ("list", "--sort", sort, "--columns", "name", "--output", output)
    text = cli(*given).stdout
    assert re.findall(r"\b([aBc])\b", text) == names
    assert re.findall(r"\b([aBc])\b", cli(*given, "--limit", "2").stdout) == names[:2]


def test_columns_are_chosen(cli: Cli) -> None:
    """In that order, and no other."""
    record = cli.issue("--role", "READER")["record"]
    given = ("list", "--columns", "client, roles,keyId")
    assert cli(*given, "--output", "csv").stdout.splitlines() == [
        "client,roles,keyId",
        f"Acme,READER,{record['keyId']}",
    ]
    (row,) = cli.json(*given)["records"]
    assert list(row.items()) == [
        ("client", "Acme"),
        ("roles", ["READER"]),
        ("keyId", record["keyId"]),
    ]
    lines = cli(*given).stdout.splitlines()
    assert [line.split() for line in lines] == [
        ["client", "roles", "keyId"],
        ["Acme", "READER", record["keyId"]],
    ]


@pytest.mark.parametrize("width", [60, 76, 80, 84, 100, 140])
def test_no_chosen_column_is_cropped_at_any_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Where they have no room side by side they stand below one another."""
    monkeypatch.setenv("COLUMNS", str(width))
    names = ("keyId", "client", "roles", "expirationDate", "state")
    print_data(chosen_table(_LONG, names))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert max(map(cell_len, lines)) <= width
    text = "\n".join(lines)
    for record in _LONG:
        parts = [record.get("keyId"), record["expirationDate"], *record["roles"]]
        assert all(part in text for part in parts if part)
        assert Counter(record["client"].replace(" ", "")) <= Counter(text)
    assert (lines[0].split() == list(names)) is (width >= 100)


def test_a_terminal_of_80_columns_shows_chosen_columns_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each record as ``get`` shows one."""
    monkeypatch.setenv("COLUMNS", "80")
    print_data(chosen_table(_LONG[:2], ("keyId", "roles", "client", "expirationDate")))
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "keyId           7GkQ2mV0aZx81TbP",
        "roles           ROLE_ONTOPOP_MANAGEMENT_API ROLE_ONTOPOP_TRIPLESTORE_API",
        "client          Acme Corporation International",
        "expirationDate  2027-04-25T08:00:00Z",
        "",
        "keyId           0aZx81TbP7GkQ2mV",
        "roles           READER",
        "client          株式会社東京データ管理センター",
        "expirationDate  2027-01-15T20:00:00Z",
        "",
    ]


@pytest.mark.parametrize(
    "given",
    [("--sort", "age"), ("--columns", "digest"), ("--columns", "keyId,,client")],
)
def test_other_orders_and_columns_are_refused(cli: Cli, given: tuple[str, ...]) -> None:
    """The message says which there are."""
    done = cli("list", *given)
    assert done.exit_code == 2
    assert "client" in done.stderr


def test_the_pair_of_a_rotation_is_marked(cli: Cli) -> None:
    """And when each was made; a replaced key that is gone marks nothing."""
    old = cli.issue()["record"]
    new = cli.json("rotate", old["keyId"])["record"]
    lines = [line.strip() for line in cli("list").stdout.splitlines()]
    assert f"→ {new['keyId']}" in lines
    assert f"← {old['keyId']}" in lines
    assert "created" in lines[0]
    assert any(old["issueDate"][:10] in line for line in lines)
    cli("revoke", old["keyId"], "--yes")
    assert "←" not in cli("list").stdout


def test_the_last_use_has_a_column_where_it_is_noted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its day, or a dash; in a narrow terminal it is with the others."""
    records = [
        RECORDS[0] | {"lastUsed": "2027-01-14T07:00:00Z"},
        RECORDS[1] | {"lastUsed": None},
    ]

    def printed() -> list[list[str]]:
        print_data(listing_table(records, NOW))
        return [line.split() for line in capsys.readouterr().out.splitlines()]

    assert printed() == [
        ["keyId", "state", "client", "name", "roles", "last", "used", "expires"],
        [
            *("7GkQ2mV0aZx81TbP", "active", "Acme", "night", "READER"),
            *("2027-01-14", "2027-01-24", "(in", "9", "days)"),
        ],
        ["0aZx81TbP7GkQ2mV", "disabled", "Beta", "[dim]", "-", "never"],
    ]
    monkeypatch.setenv("COLUMNS", "40")
    narrow = printed()
    assert ["2027-01-14", "READER"] in narrow
    assert ["-"] in narrow


def test_unused_keys_are_asked_for_in_days(cli: Cli) -> None:
    """A week is seven, a part of a day a whole one; what is not noted is refused."""
    done = cli("list", "--unused-for", "12w")
    assert cli.function.requests[0]["unusedForDays"] == 84
    assert done.exit_code == 1
    assert "--unused-for: needs LastUsed on" in done.stderr
    cli("list", "--unused-for", "36h")
    assert cli.function.requests[-1]["unusedForDays"] == 2


@pytest.mark.parametrize("option", ["--unused-for", "--expiring-within"])
def test_a_length_of_time_is_within_the_function_s_bounds(
    cli: Cli, option: str
) -> None:
    """The rule is told, and nothing is asked of the function."""
    done = cli("list", option, "99999w")
    assert (done.exit_code, cli.function.requests) == (2, [])
    assert f"'{option}': not a duration such as 14d" in done.stderr
    assert "up to 36500d" in done.stderr


def test_it_says_since_when_uses_are_noted(cli: Cli) -> None:
    """An empty list may say that nothing is known yet."""
    answered = cli.function.answer
    since = {"notedSince": "2027-01-01T00:00:00Z"}

    def noted(request: dict[str, Any]) -> Any:
        return answered(request | {"unusedForDays": None}) | since

    cli.function.answer = noted  # type: ignore[method-assign]
    assert "Uses are noted since 2027-01-01T00:00:00Z" in cli("list").stderr
