"""What OntoPop wrote, what ``import`` makes of it, and what the authorizer reads.

Its clients must notice nothing: the real authorizer judges each record the same before
the import, after it, and once OntoPop's own is gone.
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from apikeys_cli.batch import imports
from apikeys_cli.main import main
from authorizer.authorize import Authorizer
from authorizer.request_clock import RequestClock
from authorizer.settings import Settings
from tests.builders import ROLE_MAP, entropy, event_with, signing_secret
from tests.in_process import InProcess

if TYPE_CHECKING:
    from click.testing import Result
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from tests.contract.readers import MakeReader

_numbers = count()
_RECORD: dict[str, Any] = {
    "issueDate": "2022-03-01T10:32:19",
    "expirationDate": "2052-05-30T10:32:19",
    "issuer": "HyperLearning AI",
    "client": "Test App",
    "enabled": True,
    "roles": ["READER"],
}
_RECORDS: dict[str, tuple[dict[str, Any], str]] = {
    "good": ({}, "granted"),
    "roles in lower case": ({"roles": ["reader", "Writer"]}, "granted"),
    "a role twice": ({"roles": ["READER", "reader"]}, "granted"),
    "no role": ({"roles": []}, "no_role"),
    "roles that are null": ({"roles": None}, "no_role"),
    "roles that are no list": ({"roles": "READER"}, "no_role"),
    "disabled": ({"enabled": False}, "disabled"),
    "enabled by a text": ({"enabled": "true"}, "disabled"),
    "enabled by null": ({"enabled": None}, "disabled"),
    "expired": ({"expirationDate": "2022-05-30T10:32:19"}, "expired"),
    "for ever": ({"expirationDate": None}, "granted"),
    "an unknown field": ({"later": {"roles": ["ADMINISTRATOR"]}}, "granted"),
    "another alphabet": ({"client": "東京 é 🗝"}, "granted"),
}


@pytest.fixture
def names(moto_client: SecretsManagerClient) -> dict[str, str]:
    """Return the settings of a deployment of its own, with a role map."""
    number = next(_numbers)
    found = {
        "SIGNING_SECRET": f"moving-signing-{number}",
        "ROLES_SECRET": f"moving-roles-{number}",
        "SECRET_NAME_PREFIX": f"MOVING{number}_",
    }
    moto_client.create_secret(
        Name=found["SIGNING_SECRET"], SecretString=signing_secret()
    )
    moto_client.create_secret(
        Name=found["ROLES_SECRET"], SecretString=json.dumps(ROLE_MAP)
    )
    return found


def _reason_and_answer(authorizer: Authorizer, key: str) -> tuple[str, Any]:
    """Return the reason, and the answer as API Gateway gets it."""
    event = event_with({"X-API-Key": key})
    outcome = authorizer.authorize(event, RequestClock.begin())
    answer: Any = json.loads(json.dumps(outcome.answer))
    return outcome.reason, answer


def test_no_record_is_judged_otherwise_once_it_is_imported(
    make_reader: MakeReader,
    moto_url: str,
    moto_client: SecretsManagerClient,
    names: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reason, policy and context are the same, by each mode and by both readers."""
    # moto's stores are not for threads.
    monkeypatch.setattr(imports, "PARALLEL", 1)
    keys = {title: f"moved/{entropy(title)(16).hex()}" for title in _RECORDS}
    prefix = names["SECRET_NAME_PREFIX"]
    for title, (changes, _) in _RECORDS.items():
        record = {"key": keys[title]} | _RECORD | changes
        moto_client.create_secret(
            Name=f"{prefix}{keys[title]}",
            SecretString=json.dumps(record, ensure_ascii=False),
        )

    def judge(mode: str) -> dict[str, tuple[str, Any]]:
        settings = Settings(names | {"LEGACY_KEYS": mode, "UNKNOWN_TTL_SECONDS": "0"})
        authorizer = Authorizer(settings, make_reader(moto_url))
        # The first of a new environment may be stopped by the bound for strangers.
        authorizer._admission._unproven.draw = lambda _: None  # type: ignore[method-assign]
        return {
            title: _reason_and_answer(authorizer, key) for title, key in keys.items()
        }

    function = InProcess(lambda _: moto_client, **names)
    function.clients["secretsmanager"] = moto_client

    def run(arguments: list[str]) -> Result:
        invocation = function.invocation()
        return CliRunner().invoke(
            main, arguments, obj=invocation, catch_exceptions=False
        )

    command = ["import", "--from-secrets", "--prefix", prefix]
    # The lookup key, from which the principal of OntoPop's own follows, too.
    assert run([*command, "--output", "csv"]).exit_code == 0
    for record_name in _imported(moto_client, prefix, keys):
        moto_client.delete_secret(SecretId=record_name, ForceDeleteWithoutRecovery=True)

    before = judge("ontopop")
    reasons = {title: reason for title, (reason, _) in before.items()}
    assert reasons == {title: reason for title, (_, reason) in _RECORDS.items()}
    assert run(command).stderr == "13 imported, 0 done before.\n"
    for mode in ("ontopop", "imported"):
        assert judge(mode) == before
    done = run([*command, "--delete-imported", "--yes"])
    assert done.stderr == "0 imported, 0 done before, 13 deleted.\n"
    for mode in ("ontopop", "imported"):
        assert judge(mode) == before
    assert {reason for reason, _ in judge("off").values()} == {"malformed"}


def _imported(
    client: SecretsManagerClient, prefix: str, keys: dict[str, str]
) -> list[str]:
    pages = client.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": [prefix]}]
    )
    own = {f"{prefix}{key}" for key in keys.values()}
    listed = [s["Name"] for page in pages for s in page["SecretList"]]
    return [name for name in listed if name not in own]
