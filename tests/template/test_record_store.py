"""Records in a table: what the template makes of it, and who may do what there."""

from typing import Any

import pytest

from tests import tables
from tests.template.iam import actions, may, statements
from tests.template.rendering import ACCOUNT, REGION, Rendered, render

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0b1c"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/RecordTable"
CHOSEN = {"RecordStore": "dynamodb"}
RECORD = {"leading_keys": "APIKEY_0123456789abcdef"}
FUNCTIONS = ("AuthorizerFunction", "AdminFunction", "SupportAdminFunction")
READS = ["dynamodb:GetItem", "dynamodb:BatchGetItem"]
LISTS = ["dynamodb:Query", "dynamodb:Scan"]
WRITES = ["dynamodb:PutItem", "dynamodb:UpdateItem"]
# Nobody of ours removes an item, copies the table or changes it.
NEVER = [
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteTable",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
    "dynamodb:CreateBackup",
    "dynamodb:RestoreTableToPointInTime",
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:GetRecords",
    "dynamodb:PartiQLSelect",
]


def _table(**chosen: str) -> dict[str, Any]:
    return render(**CHOSEN, **chosen).properties("RecordTable")


def _variables(template: Rendered, function: str) -> dict[str, str]:
    found: dict[str, str] = template.properties(function)["Environment"]["Variables"]
    return found


def test_the_table_is_the_one_that_the_tests_use() -> None:
    """Keys, indexes and capacity: what is shown in memory and on moto holds here."""
    made = _table()
    expected = tables.properties()
    assert {name: made[name] for name in expected} == expected


def test_the_table_is_a_global_one_with_one_replica() -> None:
    """A plain table can't become one later; here it is in this region only."""
    template = render(**CHOSEN)
    assert template.resources["RecordTable"]["Type"] == "AWS::DynamoDB::GlobalTable"
    (replica,) = _table()["Replicas"]
    assert replica == {
        "Region": REGION,
        "DeletionProtectionEnabled": True,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }


def test_the_table_outlives_the_stack() -> None:
    """Its name is nobody's way, and its protection would fail a roll-back."""
    template = render(**CHOSEN)
    resource = template.resources["RecordTable"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert "TableName" not in resource["Properties"]


def test_the_table_lets_go_of_what_was_revoked_and_tells_nobody() -> None:
    """Time to live is on what may be purged; there is no stream."""
    made = _table()
    ends = {"AttributeName": "purgeAt", "Enabled": True}
    assert made["TimeToLiveSpecification"] == ends
    assert "StreamSpecification" not in made
    assert "SSESpecification" not in made


def test_a_key_of_ones_own_encrypts_the_table() -> None:
    """The one of KmsKeyArn."""
    made = _table(KmsKeyArn=KEY)
    assert made["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS"}
    (replica,) = made["Replicas"]
    assert replica["SSESpecification"] == {"KMSMasterKeyId": KEY}


def test_functions_are_told_where_records_lie() -> None:
    """In secrets, in the table of the template, or in one that exists."""
    for function in FUNCTIONS:
        for chosen, expected in (
            ({}, ("secretsmanager", "")),
            (CHOSEN, ("dynamodb", "RecordTable")),
            (CHOSEN | {"RecordTableName": "mine"}, ("dynamodb", "mine")),
        ):
            template = render(SupportFunction="true", **chosen)
            found = _variables(template, function)
            assert (found["RECORD_STORE"], found["RECORD_TABLE"]) == expected


def test_a_table_is_made_only_where_it_is_asked_for() -> None:
    """Not for records that are secrets, nor where one is given."""
    assert "RecordTable" not in render().resources
    assert "RecordTableName" not in render().outputs
    given = render(**CHOSEN, RecordTableName="mine")
    assert "RecordTable" not in given.resources
    assert given.outputs["RecordTableName"]["Value"] == "mine"
    assert render(**CHOSEN).outputs["RecordTableName"]["Value"] == "RecordTable"


@pytest.mark.parametrize(
    "chosen",
    [CHOSEN | {"LegacyKeys": "ontopop"}, {"RecordTableName": "mine"}],
)
def test_what_can_not_be_together_is_refused(chosen: dict[str, str]) -> None:
    """OntoPop's own records are secrets; a table is of no use to Secrets Manager."""
    assert len(render(**chosen).violations) == 1
    assert render(**CHOSEN, LegacyKeys="imported").violations == []


def test_the_authorizer_reads_single_records_and_its_own_secrets() -> None:
    """Nothing else of the table, and no record that is a secret."""
    template = render(**CHOSEN)
    assert may(template, "AuthorizerRole", READS[0], TABLE, **RECORD)
    for action in [*READS[1:], *LISTS, *WRITES, *NEVER]:
        assert not may(template, "AuthorizerRole", action, TABLE, **RECORD)
    read = "secretsmanager:GetSecretValue"
    for name, allowed in (
        ("APIKEY_1", False),
        ("APIUSER_1", False),
        ("APIROLES", True),
    ):
        resource = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-a1B2c3"
        assert may(template, "AuthorizerRole", read, resource) is allowed


@pytest.mark.parametrize("role", ["AdminRole", "SupportRole"])
def test_an_admin_function_does_what_its_actions_need(role: str) -> None:
    """It reads, lists and changes records, and removes none."""
    template = render(**CHOSEN, SupportFunction="true", SupportActions="all")
    for action in [*READS, *WRITES]:
        assert may(template, role, action, TABLE, **RECORD)
    assert may(template, role, "dynamodb:Scan", TABLE)
    for index in ("byClient", "byExpiry"):
        assert may(template, role, "dynamodb:Query", f"{TABLE}/index/{index}")
    for action in NEVER:
        assert not may(template, role, action, TABLE, **RECORD)
    granted = {a for s in statements(template, role) for a in actions(s)}
    assert {a for a in granted if a.startswith("dynamodb:")} == {
        *READS,
        *LISTS,
        *WRITES,
    }
    assert "secretsmanager:ListSecrets" not in granted
    assert "secretsmanager:DeleteSecret" not in granted


def test_a_function_that_reads_writes_nothing() -> None:
    """And one that disables makes no record."""
    read = render(**CHOSEN, AdminActions="read")
    support = render(**CHOSEN, AdminActions="support")
    for action in WRITES:
        assert not may(read, "AdminRole", action, TABLE, **RECORD)
    assert may(support, "AdminRole", "dynamodb:UpdateItem", TABLE, **RECORD)
    assert not may(support, "AdminRole", "dynamodb:PutItem", TABLE, **RECORD)


def test_the_notices_read_and_list() -> None:
    """And write nothing."""
    template = render(**CHOSEN)
    granted = {a for s in statements(template, "NoticesRole") for a in actions(s)}
    assert {a for a in granted if a.startswith(("dynamodb:", "secretsmanager:"))} == {
        "dynamodb:BatchGetItem",
        *LISTS,
    }
    assert may(template, "NoticesRole", "dynamodb:BatchGetItem", TABLE, **RECORD)


@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (TABLE, "DEV_APIKEY_1"),
        (TABLE, "apikey_1"),
        (f"{TABLE}2", "APIKEY_1"),
        (TABLE.replace(ACCOUNT, "999999999999"), "APIKEY_1"),
        (TABLE.replace(REGION, "us-east-1"), "APIKEY_1"),
    ],
)
def test_no_record_of_another_stack_is_reached(
    role: str, resource: str, name: str
) -> None:
    """Two stacks may share a table: their names begin otherwise."""
    template = render(**CHOSEN)
    for action in [*READS, *WRITES]:
        assert not may(template, role, action, resource, leading_keys=name)


def test_records_that_are_secrets_grant_nothing_of_any_table() -> None:
    """The default is as it was."""
    template = render(SupportFunction="true")
    for role in ("AuthorizerRole", "AdminRole", "SupportRole"):
        for statement in statements(template, role):
            assert not any(a.startswith("dynamodb:") for a in actions(statement))


@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
def test_a_key_of_ones_own_is_used_only_through_the_stores(role: str) -> None:
    """Through DynamoDB only where records lie there."""
    through = {"via_service": f"dynamodb.{REGION}.amazonaws.com"}
    table = render(**CHOSEN, KmsKeyArn=KEY)
    assert may(table, role, "kms:Decrypt", KEY, **through)
    secrets = {"via_service": f"secretsmanager.{REGION}.amazonaws.com"}
    assert may(table, role, "kms:Decrypt", KEY, **secrets)
    assert not may(render(KmsKeyArn=KEY), role, "kms:Decrypt", KEY, **through)
    assert not may(table, role, "kms:Decrypt", KEY, via_service="s3.amazonaws.com")
