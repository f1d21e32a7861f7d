"""What each kind of API makes of an authorizer's answers: V11, V38 to V42."""

import json
import time
from typing import Final

from local.kinds import HTTP_STAGE
from local.scenarios.keys import forged
from local.websocket import OPENED
from verify_aws.question import Question, Seen
from verify_aws.run import EVERYTHING, TRIPLESTORE, Run

_OK: Final = 200
_UNKNOWN: Final = 401
_SHUT: Final = 403
_PROBLEM: Final = "application/problem+json"
_CHALLENGE: Final = 'ApiKey realm="apikeys"'


def _gateway_responses(run: Run) -> Seen:
    key, _ = run.issue(TRIPLESTORE)
    unknown = run.call("ExampleApiUrl", "/whoami")
    shut = run.call("ExampleApiUrl", "/management/users", key)
    text = "; ".join(
        f"{r.status} {r.headers.get('content-type')} "
        f"{r.headers.get('www-authenticate', 'no challenge')} {r.body}"
        for r in (unknown, shut)
    )
    is_whole = all(
        r.headers.get("content-type") == _PROBLEM and json.loads(r.body)["status"] == s
        for r, s in ((unknown, _UNKNOWN), (shut, _SHUT))
    )
    return Seen(text, is_whole and unknown.headers["www-authenticate"] == _CHALLENGE)


def _http_refusals(run: Run) -> Seen:
    told = []
    seen = {}
    for case, path in (("raise", "/x"), ("raise", "/format-1"), ("deny", "/x")):
        since = time.time()
        answers = [run.call("HttpUrl", path, case) for _ in range(3)]
        asked = len(run.probed(since, case, 1))
        statuses = [answer.status for answer in answers]
        body = answers[0].body
        told.append(f"{case} {path}: {statuses} {body}, asked {asked} times")
        seen[f"{case} {path}"] = statuses
    return Seen("; ".join(told), seen["deny /x"] == [_SHUT] * 3)


def _http_arns(run: Run) -> Seen:
    since = time.time()
    for stage in ("", "/named"):
        run.call("HttpUrl", f"{stage}/some/path", "arns")
    arns = run.probed(since, "arns", 2)
    ends = sorted({arn.partition("/")[2] for arn in arns})
    expected = {"$default/GET/some/path", "named/GET/some/path"}
    return Seen(", ".join(ends), set(ends) == expected)


def _trailing_slash(run: Run) -> Seen:
    since = time.time()
    answer = run.call("HttpUrl", "/v1/a/", "slash")
    route = json.loads(answer.body).get("route") if answer.status == _OK else None
    arns = run.probed(since, "slash")
    ends = ", ".join(sorted({arn.partition("/")[2] for arn in arns}))
    text = f"{answer.status}, route {route}, asked about {ends}"
    return Seen(text, route == "$default" and ends.endswith("/GET/v1/a/"))


def _token_expression(run: Run) -> Seen:
    since = time.time()
    status = run.call("RestUrl", "/token", "not a key").status
    # One that matches the expression, so that it is known when the log has arrived.
    fitting = forged(run.issue(EVERYTHING)[0])
    run.secrets.add(fitting)
    run.call("RestUrl", "/token", fitting)
    run.probed(since, fitting)
    asked = len(run.probed(since, "not a key", 0))
    return Seen(f"{status}, asked {asked} times", (status, asked) == (_UNKNOWN, 0))


def _websocket(run: Run) -> Seen:
    key, key_id = run.issue(EVERYTHING)
    shut, _ = run.issue(TRIPLESTORE)
    refused, lacking = run.connect(forged(key))[0], run.connect(shut)[0]
    status, body = run.connect(key)
    is_told = status == OPENED and json.loads(body).get("keyId") == key_id
    text = f"forged {refused}, no role {lacking}, good {status}, context "
    text += "arrives" if is_told else "is missing"
    return Seen(text, (refused, lacking, is_told) == (_UNKNOWN, _SHUT, True))


def _named_stage(run: Run) -> Seen:
    key, _ = run.issue(EVERYTHING)
    found = run.call(HTTP_STAGE.output, f"{HTTP_STAGE.stage}/whoami", key)
    return Seen(f"{found.status}", found.status == _OK)


GATEWAY_RESPONSES: Final = Question(
    "V11",
    "Do the gateway responses arrive as written?",
    f"401 with {_PROBLEM} and {_CHALLENGE}, 403 with the same type",
    _gateway_responses,
    "it does not apply gateway responses",
)
HTTP_REFUSALS: Final = Question(
    "V38",
    "What does an HTTP API do with a raised Unauthorized and a Deny; is it cached?",
    "a Deny is 403 each time; of the raise, what is seen",
    _http_refusals,
)
HTTP_ARNS: Final = Question(
    "V39",
    "What is the ARN of a $default route, and of a named stage?",
    "<api>/<stage>/GET/<path>, the stage as it is called",
    _http_arns,
)
NAMED_STAGE: Final = Question(
    "V39",
    "Does a key's policy open the routes of a named stage of an HTTP API?",
    "200",
    _named_stage,
)
TRAILING_SLASH: Final = Question(
    "V40",
    "Which route takes a trailing slash, and which ARN is judged?",
    "$default, and the path with its slash",
    _trailing_slash,
)
TOKEN_EXPRESSION: Final = Question(
    "V41",
    "Does a validation expression refuse a malformed key without an invocation?",
    "401, asked 0 times",
    _token_expression,
)
WEBSOCKET: Final = Question(
    "V42",
    "How does a WebSocket's handshake end, and does a message have the context?",
    "forged 401, no role 403, good 101, context arrives",
    _websocket,
    "it turns a raised refusal into a 500",
)
