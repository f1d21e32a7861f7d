"""The interface for reading stored secrets and records."""

from __future__ import annotations

from apikeys.environ import choice, required
from authorizer.readers.endpoint import Endpoint
from authorizer.readers.secrets_manager import SecretsManager
from authorizer.readers.sigv4 import Credentials, Signer
from authorizer.readers.tls import Trust

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from apikeys.decision import Reason

    class Reader(Protocol):
        """Reads the current value of a stored secret, or of a record."""

        def read(self, name: str, deadline: float) -> str | Reason:
            """Return the text, or why there is none; see ``SecretsManager.read``."""
            ...


def choose_readers(environ: Mapping[str, str]) -> tuple[Reader, Reader | None]:
    """Return the reader of secrets, and that of records if they are not secrets.

    Lean ones, or boto3's where the environment's variables hold no credentials.

    Raises:
        ValueError: a variable is missing or has a value that is not allowed.
    """
    store = choice(environ, "RECORD_STORE", ("secretsmanager", "dynamodb"))
    table = required(environ, "RECORD_TABLE") if store == "dynamodb" else None
    if table is not None and environ.get("LEGACY_KEYS") == "ontopop":
        # OntoPop's own records are secrets.
        raise ValueError("LEGACY_KEYS is ontopop, which needs records that are secrets")
    credentials = Credentials.from_environ(environ)
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if credentials is None or not region:
        # Slow and rarely needed.
        from authorizer.readers import boto3_reader  # noqa: PLC0415

        of_records = boto3_reader.Boto3Table(table) if table else None
        return boto3_reader.Boto3Reader(), of_records
    endpoint = Endpoint.from_environ(environ, region, "secretsmanager")
    signer = Signer(credentials, "secretsmanager", region)
    trust = Trust.from_environ(environ)
    reader = SecretsManager(endpoint, signer, trust)
    if table is None:
        return reader, None
    # Not loaded where the records are secrets.
    from authorizer.readers.dynamodb import DynamoDb  # noqa: PLC0415

    endpoint = Endpoint.from_environ(environ, region, "dynamodb")
    signer = Signer(credentials, "dynamodb", region)
    return reader, DynamoDb(table, endpoint, signer, trust)
