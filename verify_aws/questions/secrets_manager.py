"""How Secrets Manager behaves: V6, V19, V22; and DynamoDB in comparison: V43."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from botocore.exceptions import ClientError

from verify_aws.question import Question, Seen
from verify_aws.run import EVERYTHING, TRIPLESTORE, AdminError, Run

_RECORDS: Final = 45
_PAGE: Final = 10
_RARE: Final = 3
_ROUNDS: Final = 25
_REPEATS: Final = 200
_APPEARING_SECONDS: Final = 60.0
# Regions that are enabled in every account.
_ELSEWHERE: Final = ("us-east-1", "eu-west-1", "eu-central-1")


def _replicated(run: Run) -> Seen:
    _, key_id = run.issue(EVERYTHING)
    name = f"{run.names.parameters['SecretNamePrefix']}{key_id}"
    secrets = run.account.client("secretsmanager")
    region = next(r for r in _ELSEWHERE if r != run.account.region)
    secrets.replicate_secret_to_regions(
        SecretId=name, AddReplicaRegions=[{"Region": region}]
    )
    try:
        answer = run.admin("revoke", keyId=key_id)
    finally:
        secrets.remove_regions_from_replication(
            SecretId=name, RemoveReplicaRegions=[region]
        )
    code = answer.get("error", {}).get("code", "done")
    return Seen(f"{answer['status']} {code}", code == "not_revocable")


def _listing(run: Run) -> Seen:
    made = {run.issue(EVERYTHING)[1] for _ in range(run.repeats(_RECORDS))}
    made |= {run.issue(TRIPLESTORE)[1] for _ in range(_RARE)}
    began = time.monotonic()
    while not made <= set(found := _listed(run)):
        if time.monotonic() > began + _APPEARING_SECONDS:
            break
        time.sleep(1)
    seconds = time.monotonic() - began
    rare = _listed(run, role=TRIPLESTORE)
    doubles = len(found) - len(set(found))
    missing = len(made - set(found))
    text = f"{missing} of {len(made)} missing, {doubles} twice, all after {seconds:.0f}"
    text += f" s; {len(set(rare) & made)} of {_RARE} by the role"
    return Seen(text, not missing and not doubles and len(set(rare) & made) == _RARE)


def _listed(run: Run, **filters: str) -> list[str]:
    found: list[str] = []
    token: str | None = None
    while True:
        more = filters if token is None else {**filters, "nextToken": token}
        page = run.done("list", limit=_PAGE, **more)
        found += [str(record.get("keyId")) for record in page["records"]]
        token = page.get("nextToken")
        if token is None:
            return found


def _code(call: Any, **asked: Any) -> str:  # noqa: ANN401 - an operation of boto3's
    try:
        call(**asked)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def _scheduled(run: Run) -> Seen:
    secrets = run.account.client("secretsmanager")
    name = f"{run.names.secret_prefix}SCHEDULED"
    secrets.create_secret(
        Name=name, SecretString="{}", Tags=[{"Key": "a", "Value": "b"}]
    )
    version = next(iter(secrets.describe_secret(SecretId=name)["VersionIdsToStages"]))
    wrong = _code(
        secrets.update_secret_version_stage,
        SecretId=name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=version,
        RemoveFromVersionId="0" * 32,
    )
    secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)
    codes = {
        "put": _code(secrets.put_secret_value, SecretId=name, SecretString="x"),
        "create": _code(secrets.create_secret, Name=name, SecretString="x"),
        "wrong version": wrong,
    }
    described = secrets.describe_secret(SecretId=name)
    has_both = bool(described.get("Tags")) and bool(described.get("VersionIdsToStages"))
    text = ", ".join(f"{what} {code}" for what, code in codes.items())
    text += f", described with {'tags and stages' if has_both else 'less'}"
    refused = {codes["put"], codes["create"]} == {"InvalidRequestException"}
    return Seen(text, refused and wrong.startswith("Invalid") and has_both)


def _races(run: Run) -> Seen:
    _, key_id = run.issue(EVERYTHING)
    pairs: dict[tuple[int, ...], int] = {}
    with ThreadPoolExecutor(2) as pool:
        for number in range(run.repeats(_ROUNDS)):
            tries = [
                pool.submit(run.admin, "update", keyId=key_id, name=f"{number} {one}")
                for one in "ab"
            ]
            pair = tuple(sorted(one.result()["status"] for one in tries))
            pairs[pair] = pairs.get(pair, 0) + 1
    text = ", ".join(f"{count} times {pair}" for pair, count in pairs.items())
    # Two that did not overlap both succeed.
    return Seen(text, set(pairs) <= {(200, 409), (200, 200)})


def _stores(run: Run) -> Seen:
    asked = {"reads": _REPEATS, "writes": _REPEATS}
    found = run.account.invoke(run.probe["StoresFunction"], asked)
    if "item" not in found:
        raise AdminError(str(found.get("errorMessage")))
    item, secret, index = found["item"], found["secret"], found["index"]
    text = f"item {item['p50']} / {item['p99']} ms, secret {secret['p50']} / "
    text += f"{secret['p99']} ms; the index has {index['seen']} of {_REPEATS} after "
    text += f"{index['lag']} ms"
    return Seen(text, item["p50"] <= secret["p50"] and index["seen"] == _REPEATS)


REPLICATED: Final = Question(
    "V6",
    "Is a replicated record refused with 409?",
    "409 not_revocable",
    _replicated,
    "it replicates no secret",
)
LISTING: Final = Question(
    "V19",
    "Does listing page without gaps?",
    "none missing, none twice, and all of a rare role",
    _listing,
)
SCHEDULED: Final = Question(
    "V22",
    "Are the error codes those that the code expects?",
    "InvalidRequestException twice, an Invalid… code, tags and stages",
    _scheduled,
    differs="it has codes of its own",
)
RACES: Final = Question(
    "V22",
    "Does one of two updates at once win, and the other get 409?",
    "200 and 409, or both where they did not meet",
    _races,
)
STORES: Final = Question(
    "V43",
    "How fast are DynamoDB's strong reads and index against Secrets Manager?",
    "p50 / p99: no slower; the index complete",
    _stores,
    differs="its times are not those of AWS",
)
