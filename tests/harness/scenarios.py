"""Where the actions begin: what was done in an account, and what is asked there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from admin.stores.signing_secret import fingerprint
from apikeys.key import derived_key_id
from tests import tables
from tests.builders import (
    PREVIOUS_TEXT,
    ROLE_MAP,
    entropy,
    foreign_key,
    ontopop_text,
)
from tests.harness import logs, topic
from tests.harness.account import DELIVERED, PLAN, Account

if TYPE_CHECKING:
    from collections.abc import Callable

type Event = dict[str, Any]
# Makes an account with some of the function's variables.
type Make = Callable[..., Account]

FOREIGN = foreign_key()
OVERLAP = 3_600
_DESCRIBED = {"client": "Acme", "roles": ["READER"]}


@dataclass(slots=True)
class Scenario:
    """An account and the requests that may meet in it.

    Attributes:
        name: a few words.
        account: as it was left; runs take copies.
        credentials: keys and passwords that were handed out, by whose they are.
        requests: what may be asked, by a name that begins with the action.
    """

    name: str
    account: Account
    credentials: dict[str, str] = field(default_factory=dict)
    requests: dict[str, Event] = field(default_factory=dict)

    def done(self, whose: str, **event: Any) -> Event:
        """Do something that must succeed, and keep what it hands out."""
        answer: Event = self.account.invoke(event)
        assert answer["status"] < 300, answer
        for shown in ("key", "password"):
            if shown in answer:
                self.credentials[whose] = answer[shown]
        return answer

    def may_ask(self, name: str, **event: Any) -> None:
        """Let something be asked; the action is the first word of its name."""
        self.requests[name] = {"action": action_of(name), **event}


def action_of(request: str) -> str:
    """Return the action of a request by its name."""
    return request.split(maxsplit=1)[0].rstrip(",")


def token(text: str) -> str:
    """Return the request token of a request with this name."""
    return entropy(f"token of {text}")(16).hex()


def all_scenarios(store: str) -> list[Scenario]:
    """Build every scenario with the records in this store."""
    make = Account
    if store == "dynamodb":
        make = partial(Account, **tables.ENVIRON)
    made = [
        _minted(make, "minted"),
        _minted(make, "in a plan", plan=PLAN),
        _minted(make, "disabled", _disabled, plan=PLAN),
        _minted(make, "revoked", _revoked, plan=PLAN),
        _minted(make, "awaiting its hand-over", plan=PLAN, awaitConfirmation=True),
        _rotated(make, "in overlap"),
        _rotated(make, "sister expired", passed=OVERLAP),
        _account(make, "account in overlap"),
        _delivered(make, "delivered"),
        _imported(make, "imported"),
        _watched(make, "watched"),
        _no_role_map(make, "no role map"),
    ]
    if store == "secretsmanager":
        # OntoPop's own are secrets.
        both = "imported and OntoPop's own"
        made.append(_imported(make, both, LEGACY_KEYS="ontopop"))
    return made


def _minted(
    make: Make,
    name: str,
    then: Callable[[Scenario, Event], None] | None = None,
    plan: str | None = None,
    **more: Any,
) -> Scenario:
    made = Scenario(name, make(LEGACY_KEYS="imported"))
    planned = {} if plan is None else {"usagePlanId": plan}
    answer = made.done("K", action="issue", **_DESCRIBED, **planned, **more)
    subject = {"keyId": answer["record"]["keyId"]}
    if then is not None:
        then(made, subject)
    made.may_ask("issue", **_DESCRIBED, **planned, requestToken=token("issue"))
    made.may_ask("import", key=FOREIGN, **_DESCRIBED, **planned)
    _ask_of_a_key(made, "", subject)
    for new in ("issue", "clone", "rotate"):
        _ask_of_a_new_one(made, new, {"keyId": derived_key_id(token(new))})
    _ask_of_all(made)
    made.may_ask("verify", credential=made.credentials["K"])
    return made


def _disabled(made: Scenario, subject: Event) -> None:
    made.done("", action="disable", **subject)


def _revoked(made: Scenario, subject: Event) -> None:
    made.done("", action="revoke", **subject)


def _rotated(make: Make, name: str, passed: int = 0) -> Scenario:
    made = Scenario(name, make())
    issued = made.done("K", action="issue", **_DESCRIBED, usagePlanId=PLAN)
    old = {"keyId": issued["record"]["keyId"]}
    answer = made.done("sister", action="rotate", **old, overlapSeconds=OVERLAP)
    made.account.now += passed
    _ask_of_a_key(made, "", old)
    _ask_of_a_key(made, " sister", {"keyId": answer["record"]["keyId"]})
    _ask_of_all(made)
    return made


def _delivered(make: Make, name: str) -> Scenario:
    """Return one whose keys and passwords lie in secrets of their clients."""
    made = Scenario(name, make(DELIVERY_PREFIX=DELIVERED, CREDENTIALS="api-key,basic"))
    of_key, of_new, of_account = (
        f"{DELIVERED}{whose}" for whose in ("acme", "new", "olga")
    )
    for secret in (of_key, of_new, of_account):
        made.account.store(secret, "nothing yet")
    subject = {
        "keyId": made.done(
            "", action="issue", **_DESCRIBED, usagePlanId=PLAN, deliverTo=of_key
        )["record"]["keyId"]
    }
    account = {"login": "olga"}
    made.done("", action="issue", **_DESCRIBED, **account, deliverTo=of_account)
    for text, overlap in {"rotate": OVERLAP, "rotate at once": 0}.items():
        asked = {"overlapSeconds": overlap, "requestToken": token(text)}
        made.may_ask(text, **subject, **asked, deliverTo=of_key)
    asked = {"overlapSeconds": OVERLAP, "requestToken": token("rotate olga")}
    made.may_ask("rotate olga", **account, **asked, deliverTo=of_account)
    for text in ("issue", "issue another"):
        asked = {**_DESCRIBED, "requestToken": token(text), "deliverTo": of_new}
        made.may_ask(text, **asked)
    asked = {"requestToken": token("clone"), "deliverTo": of_new}
    made.may_ask("clone", **subject, **asked)
    for action in ("disable", "revoke"):
        made.may_ask(action, **subject)
        made.may_ask(f"{action} olga", **account)
    _ask_of_a_new_one(made, "rotate", {"keyId": derived_key_id(token("rotate"))})
    return made


def _account(make: Make, name: str) -> Scenario:
    made = Scenario(name, make(CREDENTIALS="api-key,basic"))
    subject = {"login": "olga"}
    planned = {"usagePlanId": PLAN}
    made.done("before", action="issue", **_DESCRIBED, **planned, **subject)
    made.done("now", action="rotate", **subject, overlapSeconds=OVERLAP)
    _ask_of_each(made, "", subject)
    for text, given in {
        "rotate": {},
        "rotate, its password given": {"password": entropy("a password")(12).hex()},
    }.items():
        asked = {"overlapSeconds": 0, "requestToken": token(text)}
        made.may_ask(text, **subject, **given, **asked)
    made.may_ask("clone", **subject, newLogin="otto", requestToken=token("clone"))
    for text in ("issue", "issue again"):
        event = {"login": "otto", **_DESCRIBED, **planned, "requestToken": token(text)}
        made.may_ask(text, **event)
    _ask_of_a_new_one(made, "issue", {"login": "otto"})
    _ask_of_all(made)
    made.may_ask("verify", **subject, credential=made.credentials["now"])
    return made


def _imported(make: Make, name: str, **environ: str) -> Scenario:
    made = Scenario(name, make(**{"LEGACY_KEYS": "imported"} | environ))
    asked = {"key": FOREIGN, **_DESCRIBED, "usagePlanId": PLAN}
    answer = made.done("", action="import", **asked)
    made.credentials["K"] = FOREIGN
    if environ:
        made.account.store(f"APIKEY_{FOREIGN}", ontopop_text(FOREIGN))
    made.may_ask("import", **asked)
    made.may_ask("import, otherwise", **asked | {"client": "Other"})
    _ask_of_a_key(made, "", {"keyId": answer["record"]["keyId"]})
    made.may_ask("verify", credential=FOREIGN)
    return made


def _no_role_map(make: Make, name: str) -> Scenario:
    made = Scenario(name, make())
    del made.account.secrets.secrets["APIROLES"]
    made.may_ask("issue", client="Acme", requestToken=token("issue"))
    _ask_of_all(made)
    return made


def _watched(make: Make, name: str) -> Scenario:
    """Return one whose keys' use and end people ask for, and are told of."""
    told = {"EXPIRY_NOTICES": "7,1", "ALARM_TOPIC_ARN": topic.ARN}
    made = Scenario(name, make(AUTHORIZER_LOG_GROUP=logs.GROUP, **told))
    answer = made.done("K", action="issue", **_DESCRIBED, lifetimeDays=7)
    subject = {"keyId": answer["record"]["keyId"]}
    asked = made.done("", action="usage", **subject)
    made.may_ask("notify")
    made.may_ask("usage", **subject)
    made.may_ask("usage of a client", client=_DESCRIBED["client"])
    made.may_ask("usage, its answer", queryId=asked["queryId"])
    _ask_of_each(made, "", subject)
    return made


def _ask_of_a_key(made: Scenario, which: str, subject: Event) -> None:
    _ask_of_each(made, which, subject)
    for text, overlap in {"rotate": OVERLAP, "rotate at once": 0}.items():
        asked = {"overlapSeconds": overlap, "requestToken": token(f"{text}{which}")}
        made.may_ask(f"{text}{which}", **subject, **asked)
    made.may_ask(f"clone{which}", **subject, requestToken=token(f"clone{which}"))


def _ask_of_each(made: Scenario, which: str, subject: Event) -> None:
    for action in ("get", "confirm", "enable", "disable", "revoke", "restore"):
        made.may_ask(f"{action}{which}", **subject)
    made.may_ask(f"update{which}", **subject, description="changed")
    made.may_ask(f"update end{which}", **subject, lifetimeDays=30)


def _ask_of_a_new_one(made: Scenario, new: str, subject: Event) -> None:
    """Let something be asked of the record that a request makes."""
    for action in ("disable", "revoke"):
        made.may_ask(f"{action} the one of {new}", **subject)
    made.may_ask(f"update the one of {new}", **subject, description="changed")


def _ask_of_all(made: Scenario) -> None:
    other = json.loads(json.dumps(ROLE_MAP))
    other["roles"]["AUDITOR"] = {"allow": ["GET /audit"]}
    for action in ("list", "roles.get", "flush", "signing.rotate"):
        made.may_ask(action)
    retired = fingerprint(PREVIOUS_TEXT.encode())
    made.may_ask("signing.retire", fingerprint=retired)
    made.may_ask("roles.check", roleMap=other)
    made.may_ask("roles.put", roleMap=other)
    made.may_ask("roles.put the first", roleMap=ROLE_MAP)
