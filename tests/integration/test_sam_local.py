"""The built package under `sam local`: what the SAM CLI reads, and a real container."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from local import checkout, container_engine, containers, sam_local
from local.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.packaged

_IMAGE = f"public.ecr.aws/lambda/python:3.13-{checkout.ARCHITECTURE}"
_READ = """
import json, sys
from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

stacks, _ = SamLocalStackProvider.get_stacks(sys.argv[1])
api = ApiProvider(stacks).api
print(json.dumps({
    "stage": api.stage_name,
    "routes": sorted(
        [route.path, route.function_name, route.authorizer_object.lambda_name]
        for route in api.routes
    ),
}))
"""


def test_sam_local_reads_the_api_and_its_authorizer(tmp_path: Path) -> None:
    """Each route has the built authorizer; no engine is needed to see it."""
    file = tmp_path / "template.yaml"
    template = containers.template("python3.13", ["KEY_PREFIX"], "X-API-Key")
    file.write_text(yaml.safe_dump(template))
    python = checkout.SAM.parent / "python"
    done = subprocess.run(
        [python, "-c", _READ, file],
        check=True,
        env={"HOME": str(tmp_path), "SAM_CLI_TELEMETRY": "0"},
        stdout=subprocess.PIPE,
        text=True,
    )
    paths = ["/management/{proxy+}", "/triplestore/{proxy+}", "/whoami"]
    assert json.loads(done.stdout) == {
        "stage": "example",
        "routes": [[path, "ExampleFunction", "AuthorizerFunction"] for path in paths],
    }


@pytest.mark.deployed
def test_the_package_answers_in_lambdas_own_container() -> None:
    """``make sam-local``: a policy, then 401, 502, 200 and 403 (docs/local.md)."""
    try:
        container_engine.require()
    except EngineError as error:
        pytest.skip(str(error))
    found = subprocess.run(
        ["docker", "image", "inspect", _IMAGE],  # noqa: S607 - wherever it is
        capture_output=True,
        check=False,
    )
    if found.returncode:
        pytest.skip(f"the image {_IMAGE} is not on this machine")
    assert sam_local.main() == 0
