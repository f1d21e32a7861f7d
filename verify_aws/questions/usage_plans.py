"""Usage plans by the authorizer's word: V13."""

from typing import Final

from verify_aws.question import Question, Seen
from verify_aws.run import EVERYTHING, Run

_QUOTA: Final = 3


def _counted(run: Run) -> Seen:
    plan = run.probe["PlanId"]
    key, key_id = run.issue(EVERYTHING, usagePlanId=plan)
    calls = [run.call("PlannedUrl", "/x", key).status for _ in range(_QUOTA + 1)]
    run.done("revoke", keyId=key_id, recoveryDays=7)
    name = f"{run.names.stack}/keyId/{key_id}"
    found = run.account.client("apigateway").get_api_keys(nameQuery=name)
    left = len(found["items"])
    restored = run.admin("restore", keyId=key_id)["status"]
    again = run.admin("restore", keyId=key_id)
    code = again.get("error", {}).get("code", "done")
    text = f"{calls}, {left} keys left, restored {restored}, once more {code}"
    expected = ([200] * _QUOTA + [429], 0, 200, "not_revoked")
    return Seen(text, (calls, left, restored, code) == expected)


COUNTED: Final = Question(
    "V13",
    "Does API Gateway count by usageIdentifierKey, and is the grant of POST enough?",
    "200 three times, 429; no key left; restored, and not_revoked once more",
    _counted,
    "it refuses what an authorizer names as the gateway's key",
)
