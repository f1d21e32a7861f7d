"""The engines keep the same contract over the emulator's AWS."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from admin.stores.dynamodb import RecordTable
from admin.stores.secrets_manager import SecretStore
from tests import tables
from tests.engine_contract import EngineContract

if TYPE_CHECKING:
    from admin.stores.engine import Engine
    from local.deployment import Stack

pytestmark = pytest.mark.deployed


@pytest.fixture(scope="module")
def table(stack: Stack) -> str:
    """Return the name of a table of the tests' own."""
    tables.make(stack.emulator.client("dynamodb"), "engine-contract")
    return "engine-contract"


class TestEngines(EngineContract):
    """Each promise, of each engine."""

    @pytest.fixture(params=["secrets", "table"])
    def engine(
        self, request: pytest.FixtureRequest, stack: Stack, table: str
    ) -> Engine:
        """Return an engine over the emulator."""
        client = stack.emulator.client
        if request.param == "secrets":
            return SecretStore(client("secretsmanager"), None)
        return RecordTable(client("dynamodb"), table, time.time)
