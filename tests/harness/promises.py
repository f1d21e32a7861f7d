"""The promises that every run is held to, and which of them a run broke."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.harness import state
from tests.harness.account import DELIVERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.harness.account import Account
    from tests.harness.state import State

# A leak at least twice as long has one of these windows in it.
_WINDOW = 8


class Promise(StrEnum):
    """A sentence that holds after every run."""

    DANGLING = "a record that can be read names a gateway key that is in its plan"
    ORPHAN = "no gateway key is left that no record names, once the retry is through"
    UNTRUE = "what an answer of success says is what is stored"
    LOST = "no acknowledged change is lost but to a later one"
    CHANGED = "what is refused changed nothing"
    STUCK = "a retry of the same request finishes"
    REOPENED = "what was disabled or revoked does not come back by a retry"
    DOUBLED = "one request makes one live record, however often it is sent"
    ALIVE = "a key can be revoked while other calls are refused"
    LEAKED = "no call carries a part of a key or a password"
    RAISED = "an action answers or refuses where AWS serves"
    UNDELIVERED = "a secret that keys are delivered to holds one that works"


class Violation(NamedTuple):
    """A promise that a run broke.

    Attributes:
        family: how the run was made.
        promise: what it broke.
        scenario: where it began.
        request: what was asked.
        circumstances: at which call, and what happened there.
    """

    family: str
    promise: Promise
    scenario: str
    request: str
    circumstances: str

    def __str__(self) -> str:
        return f"{self.scenario}: {self.request}: {self.circumstances}"


# Answered with their zone, which records leave out.
_TIMES = ("issueDate", "expirationDate")


def broken_by_what_is_stored(
    account: Account, *, is_over: bool = True
) -> Iterator[Promise]:
    """Yield what the gateway's keys and the records break between them.

    Args:
        account: after the run.
        is_over: no retry is to come, which may still clean up.
    """
    named = {record.get("usageKeyId") for record in state.readable(account)} - {None}
    if any(not _is_metered(account, record) for record in state.readable(account)):
        yield Promise.DANGLING
    if is_over and account.gateway.keys.keys() - named:
        yield Promise.ORPHAN


def _is_metered(account: Account, record: Mapping[str, Any]) -> bool:
    """Return whether the gateway key that a record names is what the record says."""
    key_id, plan = record.get("usageKeyId"), record.get("usagePlanId")
    if key_id is None:
        return True
    key = account.gateway.keys.get(key_id)
    return (
        key is not None
        and key.enabled
        and key.value == record.get("usageIdentifierKey")
        and key_id in account.gateway.plans[str(plan)]
    )


def broken_by_an_answer(account: Account, answer: Mapping[str, Any]) -> bool:
    """Return whether an answer of success says what is not stored at this moment."""
    record = answer.get("record")
    if not isinstance(record, dict) or "decision" in answer:
        return False
    name = stored_as(record)
    secret = account.held().get(name)
    if record["state"] == "revoked":
        return secret is not None and not secret.is_deleted
    found = state.record_in(account, name)
    if found is None or secret is None:
        return True
    shown = answer.get("key", answer.get("password"))
    is_other = any(
        record[field] not in (value, f"{value}Z" if field in _TIMES else value)
        for field, value in found.document.items()
        if field in record and field not in {"session", "previous"}
    )
    is_version = secret.version == record["version"]
    if "deliveredTo" in answer:
        shown = account.secrets.secrets[answer["deliveredTo"]].text
    opens = shown is None or state.opens(account, name, shown)
    return is_other or not is_version or not opens


def stored_as(named: Mapping[str, Any]) -> str:
    """Return the name of the stored secret that a request or a record means."""
    if named.get("login") is not None:
        return f"APIUSER_{named['login']}"
    return f"APIKEY_{named.get('keyId')}"


def broken_between(
    found: State,
    untouched: State,
    allowed: list[State],
    without_some: list[State],
    with_refused: list[State],
) -> Promise | None:
    """Return what a state breaks that no order of the acknowledged requests makes.

    Args:
        found: after the run.
        untouched: before it.
        allowed: after the acknowledged requests, one after the other, in each order
            in which all of them succeed.
        without_some: the same without one of them at least.
        with_refused: the same with those that were refused.
    """
    if found in allowed:
        return None
    if found == untouched and not allowed:
        # What the refused one had begun was undone by the other's success.
        return None
    if found in with_refused:
        return Promise.CHANGED
    states = (untouched, *allowed, *without_some, *with_refused)
    known = {name for one in states for name in one.live}
    if found.live.keys() - known:
        return Promise.DOUBLED
    if found in without_some or not allowed:
        return Promise.LOST
    return Promise.UNTRUE


def forgetting(found: State, actors: set[str]) -> State:
    """Return a state without what it says of some actors' credentials."""
    live = {
        name: fields
        | {"opened by": [who for who in fields["opened by"] if who not in actors]}
        for name, fields in found.live.items()
    }
    return found._replace(live=live)


def leaks(account: Account) -> bool:
    """Return whether a call that was sent carries a part of a key or a password.

    The name of a record of OntoPop's own is one, which can't be otherwise; and what is
    put into a client's secret.
    """
    sent = "\n".join(
        str(call.parameters)
        for call in account.sent
        if not call.parameters.get("SecretId", "").startswith(DELIVERED)
        or call.method != "put_secret_value"
    )
    for credential in account.secret_texts:
        sent = sent.replace(f"APIKEY_{credential}", "")
        secret = credential.rpartition("_")[2]
        starts = range(0, len(secret) - _WINDOW + 1, _WINDOW)
        if any(secret[start : start + _WINDOW] in sent for start in starts):
            return True
    return False
