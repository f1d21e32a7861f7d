"""One authorizer, two APIs and a stage of their own maps, on the deployed stack."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from local.clients import CliError, apikeys, call
from local.kinds import HTTP, HTTP_STAGE
from local.scenarios.keys import ROLE_MAP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.deployment import Stack

pytestmark = pytest.mark.deployed

# Each place opens the route that is named for it.
_PLACES = ("top", "api", "stage")
_MAP = """
[roles.PARTNER]
allow = ["GET /management/top"]

[apis."{api}".roles.PARTNER]
allow = ["GET /management/api"]

[apis."{api}/example".roles.PARTNER]
allow = ["GET /management/stage"]
"""


@pytest.fixture(scope="module")
def api(stack: Stack) -> str:
    """Return the id of the HTTP API."""
    return str(urlsplit(stack.outputs["ExampleHttpApiUrl"]).hostname).partition(".")[0]


@pytest.fixture(scope="module")
def key(
    stack: Stack, api: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return a key whose role is in three maps; the example's is back at the end."""
    file = tmp_path_factory.mktemp("maps") / "roles.toml"
    file.write_text(_MAP.format(api=api))
    _put(stack, file)
    issued = apikeys(stack, "issue", "--client", "Partner", "--role", "PARTNER")
    yield issued["key"]
    _put(stack, ROLE_MAP)


def _put(stack: Stack, file: Path) -> None:
    answer = apikeys(stack, "roles", "put", str(file), "--yes", "--no-count")
    time.sleep(answer["effectiveWithinSeconds"])


def test_two_apis_and_a_stage_are_each_judged_by_their_own_map(
    stack: Stack, key: str
) -> None:
    """One key, one role: at each place one of three routes, by a policy of its own."""
    statuses = {
        place: [send(f"/management/{name}") for name in _PLACES]
        for place, send in {
            "top": lambda path: call(stack, path, key).status,
            "api": lambda path: HTTP.call(stack, path, key).status,
            "stage": lambda path: HTTP_STAGE.call(stack, path, key).status,
        }.items()
    }
    assert statuses == {
        "top": [200, 403, 403],
        "api": [403, 200, 403],
        "stage": [403, 403, 200],
    }


def test_the_command_line_explains_each_of_them(
    stack: Stack, api: str, key: str
) -> None:
    """As they are stored, and as they decide."""
    del key
    at = {
        "top": (),
        "api": ("--api", api, "--stage", "$default"),
        "stage": ("--api", api, "--stage", "example"),
    }
    for place, options in at.items():
        found = apikeys(stack, "roles", "explain", "PARTNER", *options)
        assert found["opens"] == [f"GET /management/{place}"]


_TOP = """
[roles.PARTNER]
allow = ["GET /whoami"]
"""
_OF_THE_API = """
[apis."{api}".roles.PARTNER]
allow = ["POST /management", "PUT /management/{{id}}"]
"""
_OF_THE_STAGE = """
[apis."{api}/example"]
unmapped = "any-key"

[apis."{api}/example".roles.PARTNER]
allow = ["* /management", "* /management/*", "* /triplestore", "* /triplestore/*"]
"""


@pytest.mark.parametrize(
    ("tables", "opened", "closed"),
    [
        ([_TOP], ["GET /whoami"], 16),
        ([_TOP, _OF_THE_API], ["POST /management", "PUT /management/*"], 15),
        ([_TOP, _OF_THE_API, _OF_THE_STAGE], None, 0),
    ],
)
def test_an_exported_api_is_compared_with_the_map_that_decides_there(
    stack: Stack,
    tmp_path: Path,
    tables: list[str],
    opened: list[str] | None,
    closed: int,
) -> None:
    """Its stage's, else its own, else the top level's."""
    api = stack.outputs["ExampleApiId"]
    file = tmp_path / "roles.toml"
    file.write_text("".join(table.format(api=api) for table in tables))
    check = ("roles", "check", str(file), "--api", api, "--stage", "example")
    found = apikeys(stack, *check)["operations"]
    operations = [*found["opens"]["PARTNER"], *found["closed"]]
    assert len(operations) == 17
    assert found["opens"]["PARTNER"] == (opened or operations)
    assert len(found["closed"]) == closed
    told = [(finding["api"], finding["route"]) for finding in found["findings"]]
    if opened is None:
        assert told == [(f"{api}/example", "GET /whoami")]
        with pytest.raises(CliError):
            apikeys(stack, *check, "--strict")
    else:
        assert told == []
