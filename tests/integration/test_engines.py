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
    from local.emulator import Emulator

pytestmark = pytest.mark.deployed


@pytest.fixture(scope="module")
def table(emulator: Emulator) -> str:
    """Return the name of a table of the tests' own."""
    tables.make(emulator.client("dynamodb"), "engine-contract")
    return "engine-contract"


# Who sees one of them pass removes it.
_MINISTACK_DOES_NOT = {"test_pages_have_every_name_once"}


class TestEngines(EngineContract):
    """Each promise, of each engine."""

    @pytest.fixture(params=["secrets", "table"])
    def engine(
        self, request: pytest.FixtureRequest, emulator: Emulator, table: str
    ) -> Engine:
        """Return an engine over the emulator."""
        name = request.node.originalname
        if request.param == "secrets" and name in _MINISTACK_DOES_NOT:
            why = "MiniStack finds names that have the prefix anywhere"
            request.applymarker(pytest.mark.xfail(strict=True, reason=why))
        client = emulator.client
        if request.param == "secrets":
            return SecretStore(client("secretsmanager"), None)
        return RecordTable(client("dynamodb"), table, time.time)
