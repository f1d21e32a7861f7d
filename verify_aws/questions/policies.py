"""How a policy's resources and conditions are matched: V9, V34 to V37."""

import json
from typing import Final

from verify_aws.question import Question, Seen
from verify_aws.run import Run

_OK: Final = 200
_SHUT: Final = 403
_ELSEWHERE: Final = "192.0.2.1/32"
# The resource is /management/a; only that, with or without a query, may pass.
_SPELLINGS: Final = (
    "/management/a",
    "/management/a?x=*",
    "/management/a/",
    "/management//a",
    "/management/A",
    "/management/%61",
    "/management/b%2F..%2Fa",
    "/management/./a",
    "/management/a%2Fb",
    "/management/a%3B",
    "/management/%2A",
    "/management/b",
)


def _statuses(run: Run, case: str, *paths: str) -> dict[str, int]:
    return {path: run.call("RestUrl", path, case).status for path in paths}


def _text(statuses: dict[str, int]) -> str:
    return ", ".join(f"{path} {status}" for path, status in statuses.items())


def _opens_only(run: Run, case: str, opened: set[str], *paths: str) -> Seen:
    found = _statuses(run, case, *paths)
    passed = {path for path, status in found.items() if status == _OK}
    return Seen(_text(found), passed == opened)


def _spellings(run: Run) -> Seen:
    return _opens_only(run, "path", set(_SPELLINGS[:2]), *_SPELLINGS)


def _question_mark(run: Run) -> Seen:
    return _opens_only(run, "question", {"/users/7"}, "/users/7", "/users/")


def _short_arn(run: Run) -> Seen:
    return _opens_only(run, "short", {"/y"}, "/x", "/y")


def _inner_star(run: Run) -> Seen:
    inner = ("/users/7", "/users/7/orders", "/users/7/", "/users//x")
    literal = ("/users/7", "/users/me", "/users/m%65", "/users/./me", "/users//me")
    stars = _statuses(run, "inner", *inner)
    named = _statuses(run, "literal", *literal)
    passed = [path for path, status in stars.items() if status == _OK]
    is_shut = named["/users/me"] == _SHUT and named["/users/7"] == _OK
    text = f"{_text(stars)}; a Deny of /users/me: {_text(named)}"
    return Seen(text, passed == ["/users/7"] and is_shut)


def _address(run: Run) -> Seen:
    seen = {}
    for output, path in (("RestUrl", "/x"), ("HttpUrl", "/x")):
        own = json.loads(run.call(output, path, "address_0.0.0.0/0").body)["address"]
        run.secrets.add(own)
        for what, network in (("here", f"{own}/32"), ("elsewhere", _ELSEWHERE)):
            # Twice: the second is judged by the cached policy.
            case = f"address_{network}"
            calls = [run.call(output, path, case).status for _ in range(2)]
            seen[f"{output} {what}"] = calls
    text = "; ".join(f"{what} {calls}" for what, calls in seen.items())
    is_judged = all(
        calls == [_OK if what.endswith("here") else _SHUT] * 2
        for what, calls in seen.items()
    )
    return Seen(text, is_judged)


SPELLINGS: Final = Question(
    "V9",
    "Which spellings of a path does a policy open?",
    "200 for /management/a, with a query as well, and for nothing else",
    _spellings,
    differs="it decodes a path before it judges it",
)
QUESTION_MARK: Final = Question(
    "V34",
    "Does a ? in a policy's resource stand for one character?",
    "/users/7 200, /users/ 403",
    _question_mark,
)
SHORT_ARN: Final = Question(
    "V35",
    "Is a resource without region and account taken in a Deny?",
    "/x 403, /y 200",
    _short_arn,
)
INNER_STAR: Final = Question(
    "V36",
    "What does a * inside a path match, and a Deny of a literal?",
    "only /users/7 200; /users/me 403",
    _inner_star,
)
ADDRESS: Final = Question(
    "V37",
    "Is aws:SourceIp judged in an authorizer's policy, from the cache too?",
    "here 200 twice, elsewhere 403 twice, for a REST and an HTTP API",
    _address,
    "it judges no condition of a policy",
)
