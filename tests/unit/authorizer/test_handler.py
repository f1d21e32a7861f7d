"""The Lambda function behind API Gateway's authorizer."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from apikeys import digest
from apikeys.decision import Reason
from apikeys.errors import (
    FaultError,
    MisconfiguredError,
    StoreRefusedError,
    StoreUnavailableError,
)
from tests.builders import (
    BEFORE,
    STAGE_ARN,
    a_key,
    forged,
    record_text,
    rest_event,
)
from tests.fakes import ROLES_NAME, SIGNING_NAME
from tests.gateway_events import HTTP_KINDS, KINDS, key_event
from tests.loading import load_anew

if TYPE_CHECKING:
    from tests.fakes import FakeReader
    from tests.unit.authorizer.doubles import Handler

_KEY = a_key()


def test_a_good_key_is_answered_and_logged(
    reader: FakeReader, handler: Handler
) -> None:
    """One answer, one line."""
    reader.keep(_KEY, record_text(_KEY))
    answer = handler(rest_event(_KEY.text))
    (line,) = handler.lines()
    assert (answer["principalId"], line["outcome"], line["reason"], line["key_id"]) == (
        _KEY.key_id,
        "allow",
        "granted",
        _KEY.key_id,
    )
    assert line["function_name"] == "my-authorizer"


@pytest.mark.parametrize("clock", ["time", "monotonic"])
def test_a_revoked_key_stops_working_though_one_clock_stands_still(
    reader: FakeReader, handler: Handler, monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    """Lambda freezes environments: the function judges by the clock that goes on."""
    standing = {"time": time.time(), "monotonic": time.monotonic()}
    monkeypatch.setattr(time, "time", lambda: standing["time"])
    monkeypatch.setattr(time, "monotonic", lambda: standing["monotonic"])
    reader.keep(_KEY, record_text(_KEY))
    assert handler(rest_event(_KEY.text))["principalId"] == _KEY.key_id
    reader.keep(_KEY, Reason.REVOKED)
    standing[clock] += 31
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handler(rest_event(_KEY.text))


_REFUSALS = {
    "missing": (None, None),
    "ambiguous": ("a,b", None),
    "malformed": ("not a key", None),
    "forged": (forged(_KEY), record_text(_KEY)),
    "unknown": (_KEY.text, Reason.UNKNOWN),
    "revoked": (_KEY.text, Reason.REVOKED),
    "corrupt": (_KEY.text, "not JSON"),
    "mismatch": (_KEY.text, record_text(_KEY, digest=digest.fast("another"))),
    "disabled": (_KEY.text, record_text(_KEY, enabled=False)),
    "expired": (_KEY.text, record_text(_KEY, expirationDate=BEFORE)),
}


@pytest.mark.parametrize("reason", _REFUSALS)
def test_every_refusal_is_the_same_to_the_client(
    reader: FakeReader,
    handler: Handler,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bare Exception of the text ``Unauthorized``: what API Gateway makes 401 of."""
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    presented, record = _REFUSALS[reason]
    if record is not None:
        reader.keep(_KEY, record)
    with pytest.raises(Exception, match=r"\AUnauthorized\Z") as caught:
        handler(rest_event(presented))
    error = caught.value
    assert type(error) is Exception
    assert error.args == ("Unauthorized",)
    assert (error.__cause__, error.__context__, error.__suppress_context__) == (
        None,
        None,
        True,
    )
    (line,) = handler.lines()
    assert (line["outcome"], line["reason"]) == ("refuse", reason)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_refuses_for_every_reason_alike(
    reader: FakeReader,
    handler: Handler,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An HTTP API gets the same bytes of a Deny, the others the text Unauthorized."""
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    answers, reasons = set(), []
    for presented, record in _REFUSALS.values():
        if record is not None:
            reader.keep(_KEY, record)
        # A function of its own for each: its cache holds no record of another.
        handler.__dict__.pop("module", None)
        try:
            answers.add(json.dumps(handler(key_event(kind, presented))).encode())
        except Exception as error:  # noqa: BLE001 - what API Gateway would see
            answers.add(f"{type(error).__name__}: {error}".encode())
        reasons.append(handler.lines()[-1]["reason"])
    assert reasons == list(_REFUSALS)
    deny = (
        f'{{"principalId": "refused", "policyDocument": {{"Version": "2012-10-17", '
        f'"Statement": [{{"Action": "execute-api:Invoke", "Effect": "Deny", '
        f'"Resource": ["{STAGE_ARN}/*"]}}]}}}}'
    )
    assert answers == {
        deny.encode() if kind in HTTP_KINDS else b"Exception: Unauthorized"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_one_function_serves_every_kind_with_the_same_key(
    reader: FakeReader, handler: Handler, kind: str
) -> None:
    """With one answer, for one stage; only a role can tell the kinds apart."""
    reader.keep(_KEY, record_text(_KEY))
    expected = handler(rest_event(_KEY.text))
    assert handler(key_event(kind, _KEY.text)) == expected
    assert expected["principalId"] == _KEY.key_id
    assert [line["reason"] for line in handler.lines()] == ["granted"] * 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_raised_whatever_the_kind(
    reader: FakeReader, handler: Handler, kind: str
) -> None:
    """An HTTP API, too, answers 500: a Deny would be cached, and blame the client."""
    reader.keep(_KEY, StoreUnavailableError("down"))
    with pytest.raises(StoreUnavailableError, match=r"^down$"):
        handler(key_event(kind, _KEY.text))
    reader.keep(_KEY, record_text(_KEY))
    reader.values[ROLES_NAME] = Reason.UNKNOWN
    handler.__dict__.pop("module", None)
    with pytest.raises(MisconfiguredError):
        handler(key_event(kind, _KEY.text))


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_without_roles_is_answered_by_its_own_policy(
    reader: FakeReader, handler: Handler, kind: str
) -> None:
    """403 of every kind, and the access log may say whose."""
    reader.keep(_KEY, record_text(_KEY, roles=[]))
    answer = handler(key_event(kind, _KEY.text))
    assert answer["principalId"] == _KEY.key_id
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"


def test_every_refusing_reason_is_among_these() -> None:
    """But the address, which is none in the default deployment; two have an answer."""
    others = {"granted", "no_role", "address"}
    assert {*_REFUSALS, *others} == {str(reason) for reason in Reason}


def test_no_role_is_an_answer_and_a_refusal(
    reader: FakeReader, handler: Handler
) -> None:
    """403 by the policy, one line with its reason."""
    reader.keep(_KEY, record_text(_KEY, roles=[]))
    answer = handler(rest_event(_KEY.text))
    (line,) = handler.lines()
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    assert (line["outcome"], line["reason"]) == ("refuse", "no_role")


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        (SIGNING_NAME, StoreUnavailableError("down"), StoreUnavailableError),
        (SIGNING_NAME, StoreRefusedError("no"), StoreRefusedError),
        (SIGNING_NAME, "not JSON", MisconfiguredError),
        (ROLES_NAME, Reason.UNKNOWN, MisconfiguredError),
        (f"APIKEY_{_KEY.key_id}", StoreRefusedError("x"), StoreRefusedError),
    ],
)
def test_a_fault_is_raised_and_logged_as_what_it_is(
    reader: FakeReader,
    handler: Handler,
    name: str,
    value: str | Reason | Exception,
    kind: type[FaultError],
) -> None:
    """API Gateway answers 500, since the text is not ``Unauthorized``."""
    reader.keep(_KEY, record_text(_KEY))
    reader.values[name] = value
    with pytest.raises(kind) as caught:
        handler(rest_event(_KEY.text))
    assert "unauthorized" not in str(caught.value).lower()
    (line,) = handler.lines()
    assert (line["level"], line["outcome"], line["reason"], line["message"]) == (
        "ERROR",
        "fault",
        "misconfigured" if kind is MisconfiguredError else "store_unavailable",
        str(caught.value),
    )


@pytest.mark.parametrize(
    "event", [None, [], "text", 5, {}, {"type": "TOKEN"}, {"version": "2.0"}]
)
def test_a_foreign_event_is_a_fault(handler: Handler, event: object) -> None:
    """Never an answer, never a 401."""
    with pytest.raises(MisconfiguredError):
        handler(event)
    (line,) = handler.lines()
    assert (line["outcome"], line["reason"]) == ("fault", "misconfigured")


@pytest.mark.parametrize(
    "error", [ValueError("canary"), KeyError("canary"), RecursionError("Unauthorized")]
)
def test_an_unexpected_error_is_a_fault_without_its_text(
    reader: FakeReader, handler: Handler, error: Exception
) -> None:
    """The text may quote a secret; where it arose is said instead."""
    reader.keep(_KEY, error)
    with pytest.raises(MisconfiguredError) as caught:
        handler(rest_event(_KEY.text))
    line_number = str(caught.value).rpartition(" ")[2]
    expected = f"unexpected {type(error).__name__} in FakeReader.read, line "
    assert str(caught.value) == expected + line_number
    assert caught.value.__suppress_context__
    (line,) = handler.lines()
    assert (line["outcome"], line["reason"], line["message"]) == (
        "fault",
        "misconfigured",
        str(caught.value),
    )


def test_a_fault_carries_nothing_of_the_error_behind_it(
    reader: FakeReader, handler: Handler
) -> None:
    """Whoever prints it with all that led to it prints no secret."""
    reader.keep(_KEY, ValueError("canary"))
    with pytest.raises(MisconfiguredError) as caught:
        handler(rest_event(_KEY.text))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("presented", [_KEY.text, forged(_KEY), "no key"])
def test_a_decision_that_can_not_be_logged_is_a_fault(
    reader: FakeReader,
    handler: Handler,
    presented: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither an answer nor Unauthorized: nobody passes without a trace."""

    def broken(_descriptor: int, _text: bytes) -> int:
        raise BrokenPipeError

    reader.keep(_KEY, record_text(_KEY))
    assert handler.module
    monkeypatch.setattr("os.write", broken)
    with pytest.raises(BrokenPipeError):
        handler(rest_event(presented))


def test_a_thousand_requests_are_a_thousand_lines(
    reader: FakeReader, handler: Handler
) -> None:
    """One each, whatever becomes of it; the first is the cold start."""
    reader.keep(_KEY, record_text(_KEY))
    for number in range(1_000):
        if number % 2:
            handler(rest_event(_KEY.text))
            continue
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            handler(rest_event(forged(_KEY)))
    lines = handler.lines()
    assert len(lines) == 1_000
    assert [line["cold_start"] for line in lines[:2]] == [True, False]
    assert {line["key_id"] for line in lines[::2]} == {None}


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "SIGNING_SECRET is missing"),
        ({"SIGNING_SECRET": "s", "TAG_CHECK": "maybe"}, "TAG_CHECK is not one of"),
    ],
)
def test_bad_settings_fail_at_start_up(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], message: str
) -> None:
    """Not at the first request: the function never becomes ready."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=message):
        load_anew("authorizer.handler")
