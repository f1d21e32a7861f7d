"""The deployed stack, once for all tests that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.clients import apikeys
from local.deployment import deploy, running_stack
from local.emulator import running_emulator
from local.scenarios.keys import MANAGEMENT, ROLE_MAP, issue, run
from local.scenarios.migration import deployed_for_both_kinds, tell_of_both_kinds
from tests.integration.deployed import BothKinds, Issued
from tests.integration.listeners import Listeners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.deployment import Stack
    from local.emulator import Emulator
    from local.scenarios.keys import Row


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    """Return the emulator that the tests share."""
    with running_emulator("tests") as running:
        yield running


@pytest.fixture(scope="session")
def listeners(emulator: Emulator) -> Listeners:
    """Return who is told of what the shared stack does."""
    return Listeners.start(emulator)


@pytest.fixture(scope="session")
def stack(emulator: Emulator, listeners: Listeners) -> Stack:
    """Return the template deployed to an emulator, with the example's role map."""
    deployed = deploy(emulator, parameters={**listeners.parameters, "LastUsed": "on"})
    apikeys(deployed, "roles", "put", str(ROLE_MAP), "--yes")
    return deployed


@pytest.fixture(scope="session")
def rows(stack: Stack) -> list[Row]:
    """Return the demo's table."""
    return list(run(stack))


@pytest.fixture
def issued(stack: Stack) -> Issued:
    """Return a key with the management role."""
    answer = apikeys(stack, "issue", "--client", "Test App", "--role", MANAGEMENT)
    return Issued(answer["key"], answer["record"])


@pytest.fixture(scope="session")
def both_kinds() -> Iterator[BothKinds]:
    """Return a stack deployed for keys only, and then again for both kinds."""
    with running_stack("both-kinds") as first:
        apikeys(first, "roles", "put", str(ROLE_MAP), "--yes")
        older = issue(first, "--client", "Issued before")["key"]
        again = deployed_for_both_kinds(first)
        yield BothKinds(again, list(tell_of_both_kinds(again, older)))
