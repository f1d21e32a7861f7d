"""``verify_aws`` killed at random moments on an emulator: what CLEAN leaves is nothing.

Run as a script it kills once for each seed: ``python -m tests.kills SEED…``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from random import Random  # noqa: TID251 - the same moments at every run
from typing import TYPE_CHECKING, NamedTuple

from local import checkout
from local.emulator import Emulator, running_emulator

if TYPE_CHECKING:
    from collections.abc import Iterable

_SUFFIX = re.compile("The suffix of this run: ([a-z0-9]+)")
_COMMAND = [sys.executable, "-m", "verify_aws", "--yes"]
_PATHS = os.pathsep.join((str(checkout.ROOT / "src"), str(checkout.ROOT)))
# Until the last question is asked a run says some ninety lines.
_MOST_LINES = 90
_MOST_SECONDS = 2.0


class Killed(NamedTuple):
    """What became of a run that was killed.

    Attributes:
        moment: when.
        left: what carried its suffix then.
        removed: the exit code of CLEAN.
        said: what CLEAN said.
    """

    moment: str
    left: set[str]
    removed: int
    said: str


def killed(emulator: Emulator, lines: int, seconds: float) -> Killed:
    """Kill a run some seconds after it has said some lines, and remove what it left."""
    before = inventory(emulator)
    variables = environment(emulator)
    with subprocess.Popen(
        _COMMAND,
        cwd=checkout.ROOT,
        env=variables,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as run:
        suffix, last = "", ""
        for line in run.stderr or ():
            last = line.strip()
            if found := _SUFFIX.search(line):
                suffix = found[1]
            lines -= bool(suffix)
            if lines < 0:
                break
        time.sleep(seconds)
        run.kill()
    left = inventory(emulator) - before
    done = clean(emulator, suffix)
    return Killed(last, left, done.returncode, done.stderr)


def clean(emulator: Emulator, suffix: str) -> subprocess.CompletedProcess[str]:
    """Remove what carries a suffix."""
    return subprocess.run(
        [*_COMMAND, "--clean", suffix],
        capture_output=True,
        check=False,
        cwd=checkout.ROOT,
        env=environment(emulator),
        stdin=subprocess.DEVNULL,
        text=True,
    )


def environment(emulator: Emulator) -> dict[str, str]:
    """Return what makes the program take the emulator for AWS."""
    return emulator.environment | {"PYTHONPATH": _PATHS}


def inventory(emulator: Emulator) -> set[str]:
    """Return everything in an account that a run could have made."""
    return {f"{kind} {name}" for kind, name in _everything(emulator)}


def _everything(emulator: Emulator) -> Iterable[tuple[str, str]]:
    for service, operation, field, name, asked in _LISTS:
        client = emulator.client(service)
        if client.can_paginate(operation):
            pages = client.get_paginator(operation).paginate(**asked)
        else:
            pages = [getattr(client, operation)(**asked)]
        for page in pages:
            for found in page.get(field, []):
                if found if isinstance(found, str) else _is_there(found):
                    yield operation, found if isinstance(found, str) else found[name]


def _is_there(found: dict[str, str]) -> bool:
    return found.get("StackStatus") != "DELETE_COMPLETE"


_LISTS: tuple[tuple[str, str, str, str, dict[str, bool]], ...] = (
    ("cloudformation", "list_stacks", "StackSummaries", "StackName", {}),
    (
        "secretsmanager",
        "list_secrets",
        "SecretList",
        "Name",
        {"IncludePlannedDeletion": True},
    ),
    ("logs", "describe_log_groups", "logGroups", "logGroupName", {}),
    ("s3", "list_buckets", "Buckets", "Name", {}),
    ("lambda", "list_functions", "Functions", "FunctionName", {}),
    ("iam", "list_roles", "Roles", "RoleName", {}),
    ("apigateway", "get_rest_apis", "items", "id", {}),
    ("apigateway", "get_usage_plans", "items", "id", {}),
    ("apigateway", "get_api_keys", "items", "id", {}),
    ("apigatewayv2", "get_apis", "Items", "ApiId", {}),
    ("dynamodb", "list_tables", "TableNames", "", {}),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName", {}),
)


def main(seeds: list[str]) -> int:
    """Kill a run for each seed; 1 where something was left."""
    wrong = 0
    with running_emulator("kills") as emulator:
        empty = inventory(emulator)
        for seed in seeds:
            random = Random(int(seed))  # noqa: S311 - no secret
            lines, seconds = random.randrange(_MOST_LINES), random.random()
            found = killed(emulator, lines, _MOST_SECONDS * seconds)
            after = inventory(emulator) - empty
            wrong += bool(after or found.removed)
            sys.stdout.write(
                f"seed {seed}: killed after '{found.moment}' with {len(found.left)} "
                f"resources; {len(after)} left: {sorted(after)}\n"
            )
            sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
