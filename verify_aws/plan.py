"""What is deployed in which order, and what each deployment is asked."""

from typing import Final, NamedTuple

from verify_aws.question import Question
from verify_aws.questions import (
    caching,
    deploying,
    failures,
    kinds,
    logs,
    policies,
    secrets_manager,
    usage_plans,
)


class Stage(NamedTuple):
    """One deployment, and the questions that it answers.

    Attributes:
        title: what it is, for whoever watches.
        parameters: of the template, besides those of every deployment.
        questions: in their order.
        has_rows: whether the demo's rows are run first.
    """

    title: str
    parameters: dict[str, str]
    questions: tuple[Question, ...]
    has_rows: bool = False


# These take hours, an invoice, a trail or a network: see docs/verify-on-aws.md.
BY_HAND: Final = (
    *("V1", "V5", "V10", "V16", "V17", "V18", "V20", "V21", "V24", "V25", "V26"),
    *("V31", "V32", "V33", "V45"),
)
BEFORE_THE_ROLE_MAP: Final = (
    deploying.MISSING_ROLE_MAP,
    deploying.SIMULATED,
    deploying.SIGNING_SECRET,
)
# Each account has this bus; without a rule an event on it goes nowhere.
_SHORT: Final = {"AuthorizerCacheSeconds": "2", "EventBusName": "default"}
STAGES: Final = (
    Stage(
        "short caches",
        _SHORT,
        (
            deploying.TTL_AND_SOURCE,
            deploying.DOCTOR,
            deploying.ROLES_VALIDATED,
            deploying.ALIAS,
            kinds.GATEWAY_RESPONSES,
            kinds.NAMED_STAGE,
            kinds.WEBSOCKET,
            policies.SPELLINGS,
            policies.QUESTION_MARK,
            policies.SHORT_ARN,
            policies.INNER_STAR,
            policies.ADDRESS,
            kinds.HTTP_REFUSALS,
            kinds.HTTP_ARNS,
            kinds.TRAILING_SLASH,
            kinds.TOKEN_EXPRESSION,
            usage_plans.COUNTED,
            logs.DECISION_LINE,
            logs.AUDIT_TIME,
            logs.EVENT,
            logs.FILTERED,
            logs.METRIC_FILTERS,
            failures.FAILED_START,
            logs.TIMES_OF_A_QUERY,
            secrets_manager.REPLICATED,
            secrets_manager.SCHEDULED,
            secrets_manager.RACES,
            secrets_manager.LISTING,
            secrets_manager.STORES,
            caching.HEADERS,
        ),
        has_rows=True,
    ),
    Stage(
        "answers cached for 300 s",
        {"AuthorizerCacheSeconds": "300"},
        (
            deploying.TTL_AND_SOURCE._replace(gap="it is deployed once"),
            caching.EXPIRY,
            caching.RAISES,
            caching.FLUSH,
        ),
    ),
    Stage(
        "logins",
        {"AuthorizerCacheSeconds": "0", "Credentials": "basic"},
        (caching.BASIC,),
    ),
    Stage(
        "logins and keys",
        {"AuthorizerCacheSeconds": "0", "Credentials": "api-key,basic"},
        # What takes longest is last: time may run out.
        (caching.BOTH, deploying.RULES, failures.AT_WARN, logs.METRIC_AND_ALARM),
    ),
)
