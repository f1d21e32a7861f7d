"""From the first stack to the last question: deploys, and asks."""

import time
import tomllib
from collections.abc import Callable, Iterator
from typing import Final

from local import checkout
from local.scenarios.keys import ROLE_MAP
from verify_aws import deployment, probe
from verify_aws.account import Account
from verify_aws.names import Names
from verify_aws.plan import BEFORE_THE_ROLE_MAP, STAGES, Stage
from verify_aws.question import FAILED, NOT_ASKED, Answer, Question, put
from verify_aws.rows import rows
from verify_aws.run import RECORD_TTL_SECONDS, Run

# The remaining time is for removing it all.
_MOST_SECONDS: Final = 20 * 60.0
_EVERYWHERE: Final = {
    "Architecture": checkout.ARCHITECTURE,
    "ExampleApi": "true",
    "RecordTtlSeconds": str(RECORD_TTL_SECONDS),
    "UnknownTtlSeconds": str(RECORD_TTL_SECONDS),
    "LogRetentionDays": "1",
    "AuditRetentionDays": "1",
}


def answers(
    account: Account, names: Names, say: Callable[[str], None]
) -> Iterator[Answer]:
    """Yield each answer as it comes; nothing is removed here.

    Args:
        account: where to.
        names: of everything that is made.
        say: tells whoever watches what is happening.
    """
    deadline = time.monotonic() + _MOST_SECONDS
    run = Run(account, names)
    deployment.make_bucket(account, names.bucket)
    for number, stage in enumerate(STAGES):
        if not _can_be_answered(stage, account):
            for question in stage.questions:
                yield put(question, run)
            continue
        if time.monotonic() > deadline:
            yield from map(_too_late, stage.questions)
            continue
        say(f"Deploying, for {stage.title} …")
        _deploy(run, stage)
        if number == 0:
            for question in BEFORE_THE_ROLE_MAP:
                yield put(question, run)
            run.done("roles.put", roleMap=tomllib.loads(ROLE_MAP.read_text()))
            # It is created while the rows are run.
            _start_probe(run)
        if stage.has_rows:
            yield from _rows(run)
        if not run.probe:
            say("Waiting for the probe …")
            run.probe = deployment.outputs(account, names.probe)
        for question in stage.questions:
            late = time.monotonic() > deadline
            yield _too_late(question) if late else put(question, run)


def _rows(run: Run) -> Iterator[Answer]:
    try:
        yield from rows(run)
    except Exception as error:  # noqa: BLE001 - the questions are still to be put
        said = run.scrubbed(f"{type(error).__name__}: {error}")
        yield Answer("row", "the rows to their end", "all of them", said, FAILED)


def _can_be_answered(stage: Stage, account: Account) -> bool:
    return not account.is_emulated or any(not q.gap for q in stage.questions)


def _too_late(question: Question) -> Answer:
    seen = f"the {_MOST_SECONDS / 60:.0f} minutes were over"
    return Answer(question.number, question.text, question.expected, seen, NOT_ASKED)


def _deploy(run: Run, stage: Stage) -> None:
    account, names = run.account, run.names
    parameters = {**_EVERYWHERE, **names.parameters, **stage.parameters}
    if run.outputs:
        parameters["FlushStages"] = f"{run.outputs['ExampleApiId']}/example"
    template = deployment.packaged(
        account, names.bucket, checkout.BUILT_TEMPLATE, parameters
    )
    deployment.start(account, names.bucket, names.stack, template, parameters)
    run.outputs = deployment.outputs(account, names.stack)
    run.gateway_ttl = int(parameters["AuthorizerCacheSeconds"])


def _start_probe(run: Run) -> None:
    account, names = run.account, run.names
    parameters = {
        "AuthorizerFunctionArn": run.outputs["AuthorizerFunctionArn"],
        "SecretName": f"{names.secret_prefix}PROBE",
    }
    deployment.start(account, names.bucket, names.probe, probe.template(), parameters)
