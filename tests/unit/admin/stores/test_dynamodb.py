"""The writing side of a table: what the engine's contract does not say of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import EndpointConnectionError

from admin.errors import RefusedError
from admin.stores import dynamodb, table_list
from admin.stores.dynamodb import RecordTable
from admin.stores.engine import (
    Absence,
    Creation,
    NameTakenError,
    Replacement,
    Stored,
    Wanted,
)
from apikeys import timestamp
from tests.builders import NOW
from tests.harness.client import Client
from tests.harness.dynamodb import DynamoDb
from tests.harness.faults import Fault, Faulty
from tests.tables import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.client import Call, Line

_NAME, _OTHER = "APIKEY_0123456789abcdef", "APIKEY_fedcba9876543210"
_KIND = "API key record"
_DAY = 86_400


def _text(client: str = "Acme", ends_in: int | None = None) -> str:
    ends = None if ends_in is None else timestamp.format_utc(NOW + ends_in)
    return json.dumps({"client": client, "expirationDate": ends})


class Table:
    """A table in memory, the engine over it, and what happens between them.

    Attributes:
        now: seconds since 1970.
        line: what becomes of each call.
        sent: each call.
    """

    def __init__(self) -> None:
        self.now = float(NOW)
        self.behind = DynamoDb()
        self.line: Line = lambda _call, perform: perform()
        self.sent: list[Call] = []
        client: Any = Client("dynamodb", self.behind, self._send)
        self.engine = RecordTable(client, TABLE, lambda: self.now)

    def _send(self, call: Call, perform: Callable[[], Any]) -> Any:
        self.sent.append(call)
        return self.line(call, perform)

    def failing(self, code: str, times: int = 1_000, **more: Any) -> None:
        """Let as many calls fail with an error of AWS."""
        left = times

        def line(call: Call, perform: Callable[[], Any]) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                return perform()
            raise call.error(code, "canary", **more)

        self.line = line

    def methods(self) -> list[str]:
        """Return the methods that were called since this was last asked."""
        methods = [call.method for call in self.sent]
        self.sent.clear()
        return methods


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Table:
    """Return a table, over which nothing waits."""
    for module in (dynamodb, table_list):
        monkeypatch.setattr(module, "sleep", lambda _seconds: None)
    return Table()


def test_an_item_is_what_is_said_of_it(table: Table) -> None:
    """The record's text as it is; copies of what the indexes go by; the notes."""
    text = _text("Acme", _DAY)
    version = table.engine.create(_NAME, text, _KIND, {"n": "1"})
    assert table.behind.items[_NAME] == {
        "pk": {"S": _NAME},
        "record": {"S": text},
        "version": {"S": version},
        "notes": {"M": {"n": {"S": "1"}}},
        "client": {"S": "Acme"},
        "expires": {"N": str(NOW + _DAY)},
        "live": {"S": "1"},
    }
    table.engine.replace(_NAME, _text("Other"), version)
    item = table.behind.items[_NAME]
    assert (item["client"], "expires" in item) == ({"S": "Other"}, False)
    table.engine.delete(_NAME, 7)
    assert {n: v for n, v in table.behind.items[_NAME].items() if "At" in n} == {
        "revokedAt": {"N": str(NOW)},
        "purgeAt": {"N": str(NOW + 7 * _DAY)},
    }
    assert not {"client", "expires", "live"} & table.behind.items[_NAME].keys()
    table.engine.restore(_NAME)
    assert table.behind.items[_NAME] == item


@pytest.mark.parametrize(
    "text",
    [
        "no record",
        "[]",
        '{"client": ""}',
        '{"client": 1, "expirationDate": "soon"}',
        json.dumps({"client": "x" * 2_049}),
        '{"client": "\\ud800"}',
    ],
)
def test_what_no_index_can_find_is_stored_all_the_same(table: Table, text: str) -> None:
    """A corrupt record stays there to be seen and revoked."""
    table.engine.create(_NAME, text, _KIND)
    found = table.engine.read(_NAME)
    assert isinstance(found, Stored)
    assert found.text == text
    assert not {"client", "expires"} & table.behind.items[_NAME].keys()


def test_what_may_be_purged_is_gone_before_dynamodb_removes_it(table: Table) -> None:
    """Its name is free again, and it comes back no more."""
    table.engine.create(_NAME, _text(), _KIND, {"n": "1"})
    table.engine.delete(_NAME, 7)
    table.now = NOW + 7 * _DAY - 1
    assert table.engine.read(_NAME) is Absence.DELETED
    table.now += 1
    assert table.engine.read(_NAME) is Absence.NEVER
    assert not table.engine.restore(_NAME)
    with pytest.raises(RefusedError):
        table.engine.notes(_NAME)
    page = table.engine.names(["APIKEY_"], limit=9, token=None, deleted_as=[_KIND])
    assert page is not None
    assert page.notes == {}
    table.engine.create(_NAME, _text("Next"), _KIND)
    assert table.engine.notes(_NAME)[0] == {}
    assert "revokedAt" not in table.behind.items[_NAME]


def test_a_restoration_finds_what_others_restored(table: Table) -> None:
    """True however it came back; False where it was purged meanwhile."""
    table.engine.create(_NAME, _text(), _KIND)
    assert table.engine.restore(_NAME)
    table.engine.delete(_NAME, 7)

    def overtaken(call: Call, perform: Callable[[], Any]) -> Any:
        if call.method == "update_item":
            table.behind.items[_NAME].pop("revokedAt")
        return perform()

    table.line = overtaken
    assert table.engine.restore(_NAME)


_ITEM: dict[str, Any] = {"pk": {"S": _NAME}}


def test_foreign_items_in_the_table_do_not_crash(table: Table) -> None:
    """An item without a record is a corrupt one, and can be revoked."""
    table.behind.items[_NAME] = _ITEM
    assert table.engine.read(_NAME) == Stored("", "")
    assert table.engine.notes(_NAME) == ({}, "")
    assert table.engine.delete(_NAME, 7)


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as caught:
        act()
    assert "canary" not in str(caught.value)
    return str(caught.value.code)


_CALLS: list[tuple[str, Callable[[RecordTable], object]]] = [
    ("get_item", lambda engine: engine.read(_NAME)),
    ("batch_get_item", lambda engine: engine.read_many([_NAME])),
    ("put_item", lambda engine: engine.create(_NAME, _text(), _KIND)),
    ("update_item", lambda engine: engine.replace(_NAME, _text(), "v")),
    ("update_item", lambda engine: engine.delete(_NAME, 7)),
    ("update_item", lambda engine: engine.note(_NAME, {"a": "b"})),
    ("get_item", lambda engine: engine.notes(_NAME)),
    ("get_item", lambda engine: engine.restore(_NAME)),
    ("scan", lambda engine: engine.names(["APIKEY_"], limit=1, token=None)),
    (
        "query",
        lambda engine: engine.names(
            ["APIKEY_"], limit=1, token=None, wanted=Wanted("Acme")
        ),
    ),
    (
        "transact_write_items",
        lambda engine: engine.together([Creation(_NAME, _text(), _KIND)]),
    ),
]


def _errors_of_the_model() -> list[tuple[str, Callable[[RecordTable], object], str]]:
    """Return each call with each error that AWS says it may answer with."""
    model = botocore.session.get_session().get_service_model("dynamodb")
    methods = {xform_name(name): name for name in model.operation_names}
    return [
        (method, call, shape.name)
        for method, call in _CALLS
        for shape in model.operation_model(methods[method]).error_shapes
    ]


@pytest.mark.parametrize(("method", "call", "code"), _errors_of_the_model())
def test_no_answer_of_dynamodb_is_a_crash(
    table: Table, method: str, call: Callable[[RecordTable], object], code: str
) -> None:
    """Each error that a call may have is an answer or a refusal with a status."""

    def line(sent: Call, perform: Callable[[], Any]) -> Any:
        if sent.method == method:
            raise sent.error(code, "canary")
        return perform()

    table.line = line
    try:
        call(table.engine)
    except NameTakenError:
        assert method == "put_item"
    except RefusedError as refused:
        assert refused.code.status in {409, 500, 503}
        assert "canary" not in str(refused)


@pytest.mark.parametrize(("method", "call"), _CALLS)
@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("ThrottlingException", "store_unavailable"),
        ("ProvisionedThroughputExceededException", "store_unavailable"),
        ("AccessDeniedException", "store_unavailable"),
        ("InternalServerError", "store_unavailable"),
        ("ResourceNotFoundException", "misconfigured"),
    ],
)
def test_an_outage_is_503_and_a_missing_table_500(
    table: Table,
    method: str,
    call: Callable[[RecordTable], object],
    error: str,
    code: str,
) -> None:
    """No record is taken for missing where the whole table is."""
    del method
    table.failing(error)
    assert _refusal(lambda: call(table.engine)) == code


def test_a_service_that_is_not_there_is_503(table: Table) -> None:
    """Only by the error's name."""

    def line(_call: Call, _perform: Callable[[], Any]) -> Any:
        raise EndpointConnectionError(endpoint_url="canary")

    table.line = line
    assert _refusal(lambda: table.engine.read(_NAME)) == "store_unavailable"


@pytest.mark.parametrize("kind", ["time-out", "repeat"])
def test_a_write_whose_answer_was_lost_is_a_write(table: Table, kind: str) -> None:
    """The SDK asks again, and our own first try makes the second fail."""
    engine = table.engine
    table.line = Faulty(0, Fault(kind, is_done=True))
    version = engine.create(_NAME, _text("1"), _KIND)
    table.line = Faulty(0, Fault(kind, is_done=True))
    version = engine.replace(_NAME, _text("2"), version)
    table.line = Faulty(0, Fault(kind, is_done=True))
    made = engine.together(
        [
            Creation(_OTHER, _text(), _KIND),
            Replacement(_NAME, _text("3"), version),
        ]
    )
    assert engine.read(_NAME) == Stored(_text("3"), made[1])
    assert engine.read(_OTHER) == Stored(_text(), made[0])


@pytest.mark.parametrize("kind", ["time-out", "throttle"])
def test_a_write_that_did_not_arrive_is_none(table: Table, kind: str) -> None:
    """503, and everything is as it was."""
    engine = table.engine
    version = engine.create(_NAME, _text("1"), _KIND)
    both = [Creation(_OTHER, _text(), _KIND), Replacement(_NAME, _text("3"), version)]
    for write in (
        lambda: engine.create(_OTHER, _text(), _KIND),
        lambda: engine.replace(_NAME, _text("2"), version),
        lambda: engine.together(both),
    ):
        table.line = Faulty(0, Fault(kind, is_done=False))
        assert _refusal(write) == "store_unavailable"
    assert engine.read(_NAME) == Stored(_text("1"), version)
    assert engine.read(_OTHER) is Absence.NEVER


@pytest.mark.parametrize("held", [1, 3])
def test_a_transaction_of_somebody_else_is_waited_for(table: Table, held: int) -> None:
    """It holds an item for a moment; whoever waits is judged by what is there then."""
    engine = table.engine
    version = engine.create(_NAME, _text("1"), _KIND)
    table.failing("TransactionConflictException", held)
    version = engine.replace(_NAME, _text("2"), version)
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    both = [Creation(_OTHER, _text(), _KIND), Replacement(_NAME, _text("3"), version)]
    table.failing("TransactionCanceledException", held, CancellationReasons=reasons)
    # Each failure is followed by a look whether it was carried out after all.
    table.line = _every_other(table.line)
    assert engine.read(_NAME) == Stored(_text("2"), version)
    made = engine.together(both)
    assert engine.read(_NAME) == Stored(_text("3"), made[1])


def _every_other(line: Line) -> Line:
    """Return a line that lets reads pass."""

    def passed(call: Call, perform: Callable[[], Any]) -> Any:
        if call.method == "transact_write_items":
            return line(call, perform)
        return perform()

    return passed


def test_a_transaction_that_is_held_for_long_is_503(table: Table) -> None:
    """So is a single write; a repeat may find the item free."""
    engine = table.engine
    version = engine.create(_NAME, _text("1"), _KIND)
    reasons = [{"Code": "TransactionConflict"}]
    both = [Replacement(_NAME, _text("3"), version)]
    table.failing("TransactionCanceledException", CancellationReasons=reasons)
    table.line = _every_other(table.line)
    assert _refusal(lambda: engine.together(both)) == "store_unavailable"
    table.failing("TransactionCanceledException", CancellationReasons=[])
    table.line = _every_other(table.line)
    assert _refusal(lambda: engine.together(both)) == "store_unavailable"
    table.failing("TransactionConflictException")
    assert _refusal(lambda: engine.delete(_NAME, 7)) == "store_unavailable"


def test_keys_that_are_left_unprocessed_are_asked_for_again(table: Table) -> None:
    """A page of long records may be too much for one answer; an outage is one."""
    names = [f"APIKEY_{number:016}" for number in range(150)]
    for name in names:
        table.engine.create(name, _text(name), _KIND)
    table.methods()
    assert list(table.engine.read_many(names)) == names
    assert table.methods() == ["batch_get_item"] * 2

    def line(call: Call, perform: Callable[[], Any]) -> Any:
        keys = call.parameters["RequestItems"][TABLE]["Keys"]
        found = perform()
        if len(keys) > 1:
            kept = {
                item["pk"]["S"] for item in found["Responses"][TABLE][: len(keys) // 2]
            }
            found["Responses"][TABLE] = found["Responses"][TABLE][: len(keys) // 2]
            left = [key for key in keys if key["pk"]["S"] not in kept]
            found["UnprocessedKeys"] = {TABLE: {"Keys": left, "ConsistentRead": True}}
        return found

    table.line = line
    assert list(table.engine.read_many(names[:16])) == names[:16]
    assert _refusal(lambda: table.engine.read_many(names[:100])) == "store_unavailable"


@pytest.mark.parametrize(
    ("token", "wanted"),
    [
        ("", Wanted()),
        ("null", Wanted()),
        ("[1]", Wanted()),
        ("[true, 1]", Wanted()),
        ('["APIKEY_a", 1.5]', Wanted()),
        ('["APIKEY_a", 1]', Wanted()),
        ('["APIKEY_a"]', Wanted(ends_by=NOW)),
        ('["APIKEY_a", 1]', Wanted("Acme")),
        ("canary", Wanted("Acme")),
    ],
)
def test_a_token_of_other_pages_is_none(
    table: Table, token: str, wanted: Wanted
) -> None:
    """Whatever text it is; without one the request can't be at fault."""
    table.engine.create(_NAME, _text("Acme", -_DAY), _KIND)
    assert table.engine.names(["A"], limit=1, token=token, wanted=wanted) is None
    table.failing("ValidationException")
    call = table.engine.names
    assert call(["A"], limit=1, token='["APIKEY_a"]') is None
    assert _refusal(lambda: call(["A"], limit=1, token=None)) == "store_unavailable"


def test_a_page_by_expiry_goes_on_after_its_first_record_has_ended(
    table: Table,
) -> None:
    """Time passes between two pages."""
    for number in range(4):
        table.engine.create(f"APIKEY_{number}", _text("A", number + 1), _KIND)
    now, listed, token = NOW, [], None
    while True:
        wanted = Wanted(ends_after=now, ends_by=now + _DAY)
        page = table.engine.names(["APIKEY_"], limit=1, token=token, wanted=wanted)
        assert page is not None
        listed += list(page.notes)
        token, now = page.token, now + 2
        if token is None:
            break
    assert listed == [f"APIKEY_{number}" for number in range(4)]


def test_few_that_wait_for_deletion_are_found_among_many(table: Table) -> None:
    """A thousand are looked through at a time, and a page has no more than asked."""
    for number in range(2_500):
        table.engine.create(f"APIKEY_{number:04}", _text(), _KIND)
    gone = {f"APIKEY_{number:04}" for number in range(0, 2_500, 100)}
    for name in gone:
        table.engine.delete(name, 7)
    listed: list[str] = []
    token = None
    table.methods()
    while True:
        page = table.engine.names(["APIKEY_"], limit=4, token=token, deleted_as=[_KIND])
        assert page is not None
        assert len(page.notes) <= 4
        listed += list(page.notes)
        token = page.token
        if token is None:
            break
    assert sorted(listed) == sorted(gone)
    assert len(table.methods()) <= 9


def test_an_index_that_lags_gives_names_and_no_records(table: Table) -> None:
    """What it still shows is read in the table; what it does not show yet, later."""
    table.engine.create(_NAME, _text("Acme"), _KIND)
    table.behind.lag()
    table.engine.create(_OTHER, _text("Acme"), _KIND)
    table.engine.delete(_NAME, 7)
    wanted = Wanted("Acme")
    page = table.engine.names(["APIKEY_"], limit=9, token=None, wanted=wanted)
    assert page is not None
    assert list(page.notes) == [_NAME]
    assert table.engine.read_many([_NAME]) == {}
    table.behind.settle()
    page = table.engine.names(["APIKEY_"], limit=9, token=None, wanted=wanted)
    assert page is not None
    assert list(page.notes) == [_OTHER]
