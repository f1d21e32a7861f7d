"""The engines keep one contract: in memory, and over moto's AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from admin.stores.dynamodb import RecordTable
from admin.stores.secrets_manager import SecretStore
from tests import tables
from tests.builders import NOW
from tests.engine_contract import EngineContract
from tests.engine_in_memory import EngineInMemory
from tests.harness.client import Client
from tests.harness.dynamodb import DynamoDb
from tests.harness.secrets_manager import SecretsManager
from tests.in_process import client_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from admin.stores.engine import Engine
    from tests.harness.client import Call


def _perform(_call: Call, perform: Callable[[], Any]) -> Any:
    return perform()


def _clock() -> float:
    return NOW


# Who sees one of them pass removes it.
_MOTO_DOES_NOT = {
    "test_what_is_deleted_takes_no_note",
    "test_what_is_deleted_takes_no_write",
}


class TestEngines(EngineContract):
    """Each promise, of each engine."""

    @pytest.fixture(
        params=[
            "in memory",
            "secrets, in memory",
            "secrets, moto",
            "table, in memory",
            "table, moto",
        ]
    )
    def engine(self, request: pytest.FixtureRequest) -> Iterator[Engine]:
        """Return an empty engine."""
        name = request.node.originalname
        if request.param == "secrets, moto" and name in _MOTO_DOES_NOT:
            request.applymarker(pytest.mark.xfail(strict=True, reason="moto is lax"))
        with mock_aws():
            if request.param == "table, moto":
                tables.make(client_of("dynamodb"))
            secrets: Any = Client("secretsmanager", SecretsManager(_clock), _perform)
            table: Any = Client("dynamodb", DynamoDb(), _perform)
            engines: dict[str, Callable[[], Engine]] = {
                "in memory": lambda: EngineInMemory(_clock),
                "secrets, in memory": lambda: SecretStore(secrets, None),
                "secrets, moto": lambda: SecretStore(client_of("secretsmanager"), None),
                "table, in memory": lambda: RecordTable(table, tables.TABLE, _clock),
                "table, moto": lambda: RecordTable(
                    client_of("dynamodb"), tables.TABLE, _clock
                ),
            }
            yield engines[request.param]()
