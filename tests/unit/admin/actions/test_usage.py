"""``usage``: what is asked of the decision log, and what its answer says."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from admin.principal import Principal
from admin.rules import page_token
from admin.rules.usage_query import MAX_QUERY, query
from tests.builders import NOW, a_key
from tests.decision_lines import decision_lines
from tests.in_process import client_of, deployment_of
from tests.insights import run
from tests.unit.admin.doubles import Admin

if TYPE_CHECKING:
    from collections.abc import Callable

_GROUP = "/the/decisions"
_ID = "11111111-2222-4333-8444-555555555555"
# As it is answered.
_QUERY = page_token.wrapped(_ID, {"action": "usage"})


class Logs:
    """CloudWatch Logs that keeps what it is asked, and answers with the test's rows."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = "Complete"
        self.rows: list[dict[str, str]] = []
        self.fault: Exception | None = None
        self.exceptions = SimpleNamespace(
            ResourceNotFoundException=NotFoundError,
            InvalidParameterException=InvalidError,
        )

    def start_query(self, **request: Any) -> dict[str, str]:
        """Answer as boto3's client does."""
        if self.fault is not None:
            raise self.fault
        self.asked.append(request)
        return {"queryId": _ID}

    def get_query_results(self, *, queryId: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        """Answer as boto3's client does."""
        assert queryId == _ID
        if self.fault is not None:
            raise self.fault
        cells = [
            [{"field": f, "value": v} for f, v in row.items()] + [{"field": "@ptr"}]
            for row in self.rows
        ]
        return {
            "status": self.status,
            "results": cells,
            "statistics": {"bytesScanned": 2_048.0},
        }


class NotFoundError(Exception):
    """What boto3's class of that name stands for."""


class InvalidError(Exception):
    """What boto3's class of that name stands for."""


@pytest.fixture
def logs() -> Logs:
    """Return the logs."""
    return Logs()


@pytest.fixture
def admin(aws: None, logs: Logs) -> Admin:
    """Return the actions of a deployment with the logs."""
    del aws
    return _admin(lambda s: logs if s == "logs" else client_of(s))


def _admin(make_client: Callable[[str], Any], **environ: str) -> Admin:
    admin = Admin(CREDENTIALS="api-key,basic")
    deployment = deployment_of(
        {"CREDENTIALS": "api-key,basic", "AUTHORIZER_LOG_GROUP": _GROUP} | environ,
        make_client,
        lambda: admin.now,
    )
    admin.deployment = deployment
    admin._actions._deployment = deployment
    return admin


def test_a_query_is_started_and_its_id_answered(admin: Admin, logs: Logs) -> None:
    """For thirty days unless told otherwise; the second call has its answer."""
    key_id = a_key().key_id
    answer = admin("usage", keyId=key_id)
    assert answer == {
        "status": 200,
        "queryId": _QUERY,
        "from": "2026-12-16T08:00:00Z",
        "to": "2027-01-15T08:00:00Z",
        "principals": [{"keyId": key_id}],
    }
    [asked] = logs.asked
    assert asked["logGroupName"] == _GROUP
    assert (asked["startTime"], asked["endTime"]) == (NOW - 30 * 86_400, NOW)
    admin("usage", keyId=key_id, days=7)
    assert logs.asked[1]["startTime"] == NOW - 7 * 86_400


def test_an_account_is_asked_for_by_its_login(admin: Admin, logs: Logs) -> None:
    """Which the log has in a field of its own."""
    assert admin("usage", login="ann")["principals"] == [{"login": "ann"}]
    assert 'filter login in ["ann"]' in logs.asked[0]["queryString"]


def test_a_running_query_has_no_answer_yet(admin: Admin, logs: Logs) -> None:
    """Nobody waits: it is asked for again."""
    for status in ("Scheduled", "Running"):
        logs.status = status
        answer = admin("usage", queryId=_QUERY)
        assert answer == {"status": 200, "queryId": _QUERY}


@pytest.mark.parametrize(
    "pasted",
    [_ID, a_key().text, _ID[::-1], page_token.wrapped(_ID, {"action": "list"})],
)
def test_what_usage_did_not_return_never_reaches_aws(
    admin: Admin, logs: Logs, pasted: str
) -> None:
    """A key that was pasted by mistake would stand in CloudTrail; a UUID may be one."""
    logs.fault = AssertionError("asked")
    answer = admin("usage", queryId=pasted)
    assert (answer["status"], answer["error"]["field"]) == (400, "queryId")
    assert pasted not in answer["error"]["message"]


def test_the_answer_is_by_key_outcome_and_reason(admin: Admin, logs: Logs) -> None:
    """With the first and the last time, as Insights writes them or in milliseconds."""
    common = {"decisions": "3", "first": "1798797600000"}
    logs.rows = [
        common
        | {
            "key_id": "0" * 16,
            "outcome": "allow",
            "reason": "granted",
            "last": "1.8E12",
        },
        common
        | {
            "login": "ann",
            "outcome": "refuse",
            "reason": "expired",
            "last": "2027-01-02 11:00:00.123",
        },
        {"@timestamp": "2027-01-01 10:00:00.000", "@message": "another's query"},
    ]
    answer = admin("usage", queryId=_QUERY)
    assert answer == {
        "status": 200,
        "bytesRead": 2_048,
        "usage": [
            {
                "keyId": "0" * 16,
                "outcome": "allow",
                "reason": "granted",
                "decisions": 3,
                "first": "2027-01-01T10:00:00Z",
                "last": "2027-01-15T08:00:00Z",
            },
            {
                "login": "ann",
                "outcome": "refuse",
                "reason": "expired",
                "decisions": 3,
                "first": "2027-01-01T10:00:00Z",
                "last": "2027-01-02T11:00:00Z",
            },
        ],
    }


def test_the_keys_of_a_client_are_queried_by_id(admin: Admin, logs: Logs) -> None:
    """Its name is text that somebody wrote: it never enters a query."""
    client = 'Acme" or 1=1 | fields @message'
    key, _ = admin.issued(client=client)
    admin("issue", client=client, login="ann")
    admin.issued(client="Other")
    answer = admin("usage", client=client)
    assert answer["principals"] == [{"keyId": key.key_id}, {"login": "ann"}]
    text = logs.asked[0]["queryString"]
    assert "Acme" not in text
    assert f'filter key_id in ["{key.key_id}"] or login in ["ann"]' in text


def test_a_client_without_keys_is_refused(admin: Admin, logs: Logs) -> None:
    """Rather than answered for everybody."""
    assert admin("usage", client="Nobody")["error"]["field"] == "client"
    assert not logs.asked


def test_everybody_is_asked_for_without_a_name(admin: Admin, logs: Logs) -> None:
    """One query, however many keys there are."""
    assert "principals" not in admin("usage")
    assert " in [" not in logs.asked[0]["queryString"]


@pytest.mark.parametrize(
    "fields",
    [
        {"keyId": "0" * 16, "login": "ann"},
        {"keyId": "0" * 16, "client": "Acme"},
        {"queryId": _QUERY, "keyId": "0" * 16},
        {"queryId": _QUERY, "days": 7},
        {"queryId": ""},
        {"days": 0},
        {"days": 3654},
        {"keyId": '0" or 1=1'},
        {"login": 'a"'},
    ],
)
def test_one_question_at_a_time(
    admin: Admin, logs: Logs, fields: dict[str, object]
) -> None:
    """And only names of the grammar; nothing else reaches the logs."""
    assert admin("usage", **fields)["error"]["code"] == "invalid_request"
    assert not logs.asked


def test_only_what_fits_its_grammar_enters_a_query() -> None:
    """Whatever a principal says of itself."""
    bad = [Principal.key('x" or 1=1'), Principal.account('a" |')]
    assert query([*bad, Principal.key("0" * 16)]) == query([Principal.key("0" * 16)])
    with pytest.raises(Exception, match=r"^client: has no key and no account$"):
        query(bad)


def test_too_many_keys_for_one_query_are_refused() -> None:
    """As Insights would: 10,000 characters."""
    fitting = [Principal.key(f"{n:016d}") for n in range(450)]
    assert len(query(fitting)) <= MAX_QUERY
    with pytest.raises(Exception, match=r"^client: has 600 keys, more than fit"):
        query([Principal.key(f"{n:016d}") for n in range(600)])


def test_the_query_finds_what_the_authorizer_logs() -> None:
    """Its own lines, by key, outcome and reason."""
    key, other = a_key("used"), a_key("other")
    lines = decision_lines(key.text, key.text, "no key", other.text, known=[key])
    rows = run(query([Principal.key(key.key_id)]), lines)
    [row] = rows
    assert (row["key_id"], row["outcome"], row["reason"]) == (
        key.key_id,
        "allow",
        "granted",
    )
    assert row["decisions"] == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000", row["last"])
    assert len(run(query(None), lines)) == 3


@pytest.mark.parametrize(
    ("fault", "fields", "code"),
    [
        (NotFoundError(), {"queryId": _QUERY}, "query_not_found"),
        (InvalidError(), {"queryId": _QUERY}, "query_not_found"),
        (
            ClientError({"Error": {"Code": "LimitExceededException"}}, "StartQuery"),
            {},
            "logs_unavailable",
        ),
        (
            ClientError({"Error": {"Code": "AccessDeniedException"}}, "Get"),
            {"queryId": _QUERY},
            "logs_unavailable",
        ),
    ],
)
def test_logs_that_do_not_answer_are_named(
    admin: Admin, logs: Logs, fault: Exception, fields: dict[str, str], code: str
) -> None:
    """An unknown query is the caller's, all else the deployment's."""
    logs.fault = fault
    assert admin("usage", **fields)["error"]["code"] == code


@pytest.mark.parametrize("status", ["Failed", "Cancelled", "Timeout", "Unknown"])
def test_a_query_that_ended_otherwise_is_a_fault(
    admin: Admin, logs: Logs, status: str
) -> None:
    """Half an answer would look like a whole one."""
    logs.status = status
    assert admin("usage", queryId=_QUERY)["error"]["code"] == "logs_unavailable"


def test_a_function_that_knows_no_log_says_so(aws: None, logs: Logs) -> None:
    """Rather than asking CloudWatch Logs for nothing."""
    del aws
    admin = _admin(
        lambda s: logs if s == "logs" else client_of(s), AUTHORIZER_LOG_GROUP=""
    )
    assert admin("usage")["error"]["code"] == "misconfigured"
    assert not logs.asked
