"""What an authorizer that does not start leaves in its log, and who counts it.

The records are the runtime's own, from the built package under Lambda's runtime
emulator. On AWS, Lambda adds its platform records, which the emulator does not write in
JSON: a ``platform.initReport`` whose ``status`` is ``error`` and whose ``errorType`` is
the runtime's, and another whose ``phase`` is ``invoke`` if it starts the function once
more for the request. The template's own tests have them as AWS documents them.

https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from local import checkout
from local.runtime import Function, running
from tests.logfilter import matches
from tests.templates import written

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.packaged

_PACKAGE = Function.built("AuthorizerFunction")
# As Lambda sets it for LogFormat JSON; nothing is read before the function has started.
_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "eu-west-1",
    "AWS_LAMBDA_LOG_FORMAT": "JSON",
    "SIGNING_SECRET": "signing",
}
_PATTERN = written()["Resources"]["StartFailures"]["Properties"]["FilterPattern"]


def _bad_setting(_folder: Path) -> tuple[Function, dict[str, str]]:
    return _PACKAGE, _VARIABLES | {"RECORD_TTL_SECONDS": "soon"}


def _names_that_overlap(_folder: Path) -> tuple[Function, dict[str, str]]:
    """Return what the template's parameters let through."""
    names = {"SECRET_NAME_PREFIX": "APIKEY_", "LOGIN_NAME_PREFIX": "APIKEY_U_"}
    return _PACKAGE, _VARIABLES | names


def _missing_module(folder: Path) -> tuple[Function, dict[str, str]]:
    package = folder / "package"
    ignored = shutil.ignore_patterns("apikeys")
    shutil.copytree(checkout.BUILT / "AuthorizerFunction", package, ignore=ignored)
    return _PACKAGE._replace(paths=(package,)), _VARIABLES


def _missing_handler(_folder: Path) -> tuple[Function, dict[str, str]]:
    return _PACKAGE._replace(handler="authorizer.handler.handler"), _VARIABLES


@pytest.mark.parametrize(
    ("broken", "error_type", "named"),
    [
        (_bad_setting, "ValueError", "RECORD_TTL_SECONDS"),
        (_names_that_overlap, "ValueError", "LOGIN_NAME_PREFIX"),
        (_missing_module, "Runtime.ImportModuleError", "apikeys"),
        (_missing_handler, "Runtime.HandlerNotFound", "handler"),
    ],
)
def test_each_failed_start_is_counted_once(
    broken: Any, error_type: str, named: str, tmp_path: Path
) -> None:
    """Its record says what is wrong, and belongs to no request."""
    function, variables = broken(tmp_path)
    answer, lines = _invoked(function, variables, tmp_path)
    counted = [line for line in lines if matches(_PATTERN, line)]
    assert len(counted) == 1, lines
    record = json.loads(counted[0])
    assert (record["errorType"], record["requestId"]) == (error_type, "")
    assert named in record["errorMessage"]
    assert answer["errorType"] == error_type


def test_a_refusal_under_the_same_runtime_is_not_counted(tmp_path: Path) -> None:
    """It leaves a record of the same form, which names its request."""
    event = {
        "type": "REQUEST",
        "methodArn": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/s/GET/x",
        "headers": {},
        "multiValueHeaders": {},
    }
    answer, lines = _invoked(_PACKAGE, _VARIABLES, tmp_path, event)
    assert answer["errorMessage"] == "Unauthorized"
    records = [json.loads(line) for line in lines]
    [raised] = [record for record in records if "errorType" in record]
    assert (raised["errorType"], bool(raised["requestId"])) == ("Exception", True)
    assert [record["reason"] for record in records if "reason" in record] == ["missing"]
    assert not any(matches(_PATTERN, line) for line in lines)


def _invoked(
    function: Function,
    variables: dict[str, str],
    folder: Path,
    event: dict[str, Any] | None = None,
) -> tuple[Any, list[str]]:
    """Return the answer to one call, and the JSON lines of the log."""
    with running(function, variables, folder / "log") as runtime:
        answer = runtime.invoke(event or {})
    lines = runtime.log.read_text().splitlines()
    return answer, [line for line in lines if line.startswith("{")]
