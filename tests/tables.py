"""A table of records, made as the template makes it, and what lies in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys.defaults import BY_CLIENT, BY_EXPIRY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "records"
ENVIRON = {"RECORD_STORE": "dynamodb", "RECORD_TABLE": TABLE}


def make(client: DynamoDBClient, name: str = TABLE) -> None:
    """Make an empty table; tests/template compares it with the template's."""
    client.create_table(**properties(), TableName=name)


def properties() -> Any:
    """Return what the template says of the table, as CreateTable takes it."""
    projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["notes"]}
    indexes = {BY_CLIENT: ("client", "pk"), BY_EXPIRY: ("live", "expires")}
    return {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "client", "AttributeType": "S"},
            {"AttributeName": "live", "AttributeType": "S"},
            {"AttributeName": "expires", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": sorted_by, "KeyType": "RANGE"},
                ],
                "Projection": projection,
            }
            for index, (partition, sorted_by) in indexes.items()
        ],
    }
