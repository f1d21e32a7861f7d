"""The way to the function: what is sent to Lambda, and what its trouble looks like."""

from __future__ import annotations

import base64
import io
import json
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
    ReadTimeoutError,
    UnauthorizedSSOTokenError,
)
from botocore.parsers import ResponseParserError
from click.testing import CliRunner

from apikeys_cli.admin_function import Invocation
from apikeys_cli.connection import Connection
from apikeys_cli.main import main
from tests.in_process import Session, Sts

if TYPE_CHECKING:
    from click.testing import Result

_ARN = "arn:aws:iam::123456789012:user/ops"


class Lambda:
    """A Lambda that answers the same to everything; bytes as they are."""

    def __init__(self, answer: object, *, failed: bool = False) -> None:
        self._answer = answer
        self._failed = failed
        self.asked: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        """Answer as boto3's client does."""
        self.asked.append(request)
        if isinstance(self._answer, Exception):
            raise self._answer
        sent = self._answer
        if not isinstance(sent, bytes):
            sent = json.dumps(sent).encode()
        found: dict[str, Any] = {
            "Payload": io.BytesIO(sent),
            "ResponseMetadata": {"RequestId": "5c0e0a3e"},
        }
        return found | ({"FunctionError": "Unhandled"} if self._failed else {})


class CloudFormation:
    """A CloudFormation with one stack."""

    def __init__(self, *outputs: tuple[str, str]) -> None:
        self._outputs = [{"OutputKey": k, "OutputValue": v} for k, v in outputs]

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's
        """Answer as boto3's client does."""
        if StackName != "apikeys":
            message = f"Stack with id {StackName} does not exist"
            error = {"Error": {"Code": "ValidationError", "Message": message}}
            raise ClientError(error, "DescribeStacks")
        return {"Stacks": [{"Outputs": self._outputs} if self._outputs else {}]}


def _reaching(session: Session | None = None, **clients: object) -> Invocation:
    """Return an invocation whose AWS is in this process."""
    found = session or Session({"sts": Sts(_ARN)} | clients)
    return Invocation(Connection(open_session=lambda **_: found))


_RECORD = {"status": 200, "record": {"keyId": "0" * 16, "state": "revoked"}}


def _denied(operation: str, code: str = "AccessDeniedException") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


def _get(invocation: Invocation, *options: str) -> Result:
    return CliRunner().invoke(main, ["get", "0" * 16, *options], obj=invocation)


def test_the_request_and_the_claimed_actor_are_sent() -> None:
    """The payload is the request; who the caller is goes with it."""
    function = Lambda(_RECORD)
    assert _get(_reaching(**{"lambda": function}), "--function", "f").exit_code == 0
    (asked,) = function.asked
    assert asked["FunctionName"] == "f"
    assert json.loads(asked["Payload"]) == {"action": "get", "keyId": "0" * 16}
    context = json.loads(base64.b64decode(asked["ClientContext"]))
    assert context == {"custom": {"actor": _ARN}}


def test_nobody_waits_for_sts_who_has_something_else_to_do() -> None:
    """The client of Lambda is made meanwhile, which takes longer than an answer."""
    both = Barrier(2, timeout=20)

    class Waiting(Sts):
        def get_caller_identity(self) -> dict[str, str]:
            both.wait()
            return super().get_caller_identity()

    class Making(Session):
        def client(self, service: str, **options: object) -> Any:
            if service == "lambda":
                both.wait()
            return super().client(service, **options)

    function = Lambda(_RECORD)
    invocation = _reaching(Making({"lambda": function, "sts": Waiting(_ARN)}))
    assert _get(invocation, "--function", "f").exit_code == 0
    assert "ClientContext" in function.asked[0]


class _Proxy:
    """Answers in the place of STS, with a page of its own."""

    def get_caller_identity(self) -> None:
        """Fail as the SDK does with such a page."""
        raise ResponseParserError("<html>")


@pytest.mark.parametrize("sts", [Sts(None), _Proxy()])
def test_an_unknown_actor_is_not_a_hindrance(sts: object) -> None:
    """Where STS is out of reach the request goes without a claim; STS is asked once."""
    function = Lambda(_RECORD)
    invocation = _reaching(**{"lambda": function, "sts": sts})
    assert _get(invocation, "--function", "f").exit_code == 0
    assert "ClientContext" not in function.asked[0]


def test_the_function_is_found_by_the_stack() -> None:
    """Its output AdminFunctionName, in whatever order the outputs are."""
    function = Lambda(_RECORD)
    stacks = CloudFormation(("Other", "x"), ("AdminFunctionName", "found"))
    invocation = _reaching(**{"lambda": function, "cloudformation": stacks})
    assert _get(invocation, "--stack", "apikeys").exit_code == 0
    assert function.asked[0]["FunctionName"] == "found"


def test_the_function_is_found_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The variable counts where no option does."""
    monkeypatch.setenv("APIKEYS_FUNCTION", "from-the-environment")
    function = Lambda(_RECORD)
    assert _get(_reaching(**{"lambda": function})).exit_code == 0
    assert function.asked[0]["FunctionName"] == "from-the-environment"


@pytest.mark.parametrize(
    ("function", "code", "text"),
    [
        (Lambda(_denied("Invoke")), 3, "AccessDeniedException"),
        (Lambda(EndpointConnectionError(endpoint_url="x")), 3, "Could not connect"),
        (NoCredentialsError(), 3, "no AWS credentials were found"),
        (NoRegionError(), 2, "which region?"),
        (ProfileNotFound(profile="p"), 2, "profile (p) could not be found"),
        (Lambda({"errorType": "KeyError"}, failed=True), 3, "(KeyError); its log says"),
        (Lambda(None, failed=True), 3, "failed (?)"),
        (Lambda(b"<html>", failed=True), 3, "failed (?)"),
        (Lambda(b"<html>"), 3, "does not answer as an admin function"),
        (Lambda(None), 3, "does not answer as an admin function"),
        (Lambda({"hello": "world"}), 3, "does not answer as an admin function"),
        (
            Lambda({"status": 503, "error": {"code": "c", "message": "m"}}),
            3,
            "m (c)",
        ),
        (
            Lambda(
                {
                    "status": 400,
                    "error": {
                        "code": "invalid_role_map",
                        "message": "a; b",
                        "field": "roleMap",
                        "findings": [{"message": "a"}, {"message": "b"}],
                    },
                }
            ),
            1,
            "roleMap (invalid_role_map)\n  a\n  b",
        ),
        (
            Lambda(
                {
                    "status": 500,
                    "error": {
                        "code": "misconfigured",
                        "message": "corrupt",
                        "findings": [{"message": "a"}, {"message": "b"}],
                    },
                }
            ),
            3,
            "corrupt (misconfigured)\n  a\n  b",
        ),
    ],
)
def test_trouble_is_a_message_and_an_exit_code(
    function: object, code: int, text: str
) -> None:
    """Never a traceback: 1 refused, 2 usage, 3 unreachable."""
    done = _get(_reaching(**{"lambda": function}), "--function", "f")
    assert (done.exit_code, done.stdout) == (code, "")
    assert text in done.stderr


@pytest.mark.parametrize(
    ("stacks", "name", "text"),
    [
        (CloudFormation(), "apikeys", "has no output AdminFunctionName"),
        (
            CloudFormation(),
            "other",
            "Stack with id other does not exist (ValidationError); check --stack",
        ),
    ],
)
def test_a_stack_that_does_not_help_is_said(
    stacks: CloudFormation, name: str, text: str
) -> None:
    """Exit code 3."""
    invocation = _reaching(**{"lambda": Lambda(None), "cloudformation": stacks})
    done = _get(invocation, "--stack", name)
    assert done.exit_code == 3
    assert text in done.stderr


def test_without_a_function_the_four_ways_are_named() -> None:
    """A person who named no function is told how to."""
    done = _get(_reaching(**{"lambda": Lambda(None)}))
    assert done.exit_code == 2
    for way in ("--stack", "--function", "APIKEYS_STACK", "APIKEYS_FUNCTION"):
        assert way in done.stderr


def test_a_stack_is_found_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option counts for more; of both variables the function's, which is nearer."""
    stacks = CloudFormation(("AdminFunctionName", "of-the-stack"))
    monkeypatch.setenv("APIKEYS_STACK", "apikeys")

    def asked(*options: str) -> str:
        function = Lambda(_RECORD)
        clients = {"lambda": function, "cloudformation": stacks}
        assert _get(_reaching(**clients), *options).exit_code == 0
        return str(function.asked[0]["FunctionName"])

    assert asked() == "of-the-stack"
    assert asked("--function", "given") == "given"
    monkeypatch.setenv("APIKEYS_FUNCTION", "from-the-environment")
    assert asked() == "from-the-environment"
    assert asked("--stack", "apikeys") == "of-the-stack"


def test_a_function_and_a_stack_are_a_usage_error() -> None:
    """Which of them counts, nobody should have to guess."""
    done = _get(_reaching(), "--function", "f", "--stack", "s")
    assert done.exit_code == 2
    assert "give --function or --stack, not both" in done.stderr


@pytest.mark.parametrize(
    ("option", "variables", "region"),
    [
        ((), {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "x-y-1"}, "eu-west-1"),
        ((), {"AWS_DEFAULT_REGION": "eu-west-2"}, None),
        (("--region", "eu-west-3"), {"AWS_REGION": "eu-west-1"}, "eu-west-3"),
        ((), {"AWS_REGION": ""}, None),
    ],
)
def test_the_region_is_found_as_by_the_aws_command_line(
    monkeypatch: pytest.MonkeyPatch,
    option: tuple[str, ...],
    variables: dict[str, str],
    region: str | None,
) -> None:
    """The option, AWS_REGION, and what the SDK reads by itself, in this order."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    opened: list[dict[str, Any]] = []
    clients = Session({"lambda": Lambda(_RECORD), "sts": Sts(None)})

    def open_session(**options: Any) -> Session:
        opened.append(options)
        return clients

    invocation = Invocation(Connection("f", open_session=open_session))
    assert _get(invocation, *option).exit_code == 0
    assert opened == [{"profile_name": None, "region_name": region}]


@pytest.mark.parametrize("more", [(), ("--endpoint-url", "http://127.0.0.1:9")])
def test_a_region_that_is_none_is_called_so(more: tuple[str, ...]) -> None:
    """The address is not to blame."""
    done = _get(Invocation(), "--function", "f", "--region", "eu west", *more)
    assert done.exit_code == 2
    assert "not the name of a region" in done.stderr
    assert "(--region or AWS_REGION)" in done.stderr
    assert "endpoint" not in done.stderr


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (
            _denied("Invoke"),
            "(AccessDeniedException); ask for permission to Invoke, or give another "
            "--profile",
        ),
        (
            _denied("Invoke", "ResourceNotFoundException"),
            "; check --function or --stack, --region and --profile",
        ),
        (_denied("Invoke", "ExpiredTokenException"), "; sign in again"),
        (_denied("Invoke", "TooManyRequestsException"), "; try again"),
        (EndpointConnectionError(endpoint_url="x"), "; check the network, --region"),
        (UnauthorizedSSOTokenError(), "; sign in again"),
        (ResponseParserError("<html>"), "not one of AWS's; check the network, a proxy"),
    ],
)
def test_trouble_with_aws_comes_with_what_to_do(error: Exception, advice: str) -> None:
    """In one line after AWS's own words."""
    done = _get(_reaching(**{"lambda": Lambda(error)}), "--function", "f")
    assert done.exit_code == 3
    assert advice in done.stderr
    assert "An error occurred" not in done.stderr


def test_an_address_that_is_none_is_a_usage_error() -> None:
    """Botocore's complaint names the address."""
    options = ["--function", "f", "--region", "eu-west-1", "--endpoint-url", "nowhere"]
    done = _get(Invocation(), *options)
    assert done.exit_code == 2
    assert "--endpoint-url: Invalid endpoint: nowhere" in done.stderr


def _unavailable(code: str) -> dict[str, Any]:
    return {"status": 503, "error": {"code": code, "message": "m"}}


def _service_fault(status: int) -> ClientError:
    answer: Any = {
        "Error": {"Code": "ServiceException", "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "Invoke")


@pytest.mark.parametrize(
    ("function", "is_unknown"),
    [
        (Lambda(ReadTimeoutError(endpoint_url="x")), True),
        (Lambda(ConnectionClosedError(endpoint_url="x")), True),
        (Lambda({"errorType": "Timeout"}, failed=True), True),
        (Lambda(_service_fault(500)), True),
        (Lambda(_unavailable("store_unavailable")), True),
        (Lambda(_unavailable("gateway_unavailable")), False),
        (Lambda(_service_fault(429)), False),
        (Lambda(_denied("Invoke")), False),
        (Lambda(_denied("Invoke", "ResourceNotFoundException")), False),
        (Lambda(EndpointConnectionError(endpoint_url="x")), False),
        (Lambda(ConnectTimeoutError(endpoint_url="x")), False),
        (Lambda({"hello": "world"}), False),
        (NoCredentialsError(), False),
        (ReadTimeoutError(endpoint_url="x"), False),
    ],
)
def test_a_lost_answer_tells_how_to_get_the_key(
    function: Any, *, is_unknown: bool
) -> None:
    """Only where a key may have been made: the token to repeat the command with."""
    invocation = _reaching(**{"lambda": function})
    arguments = ["issue", "--client", "A", "--function", "f"]
    done = CliRunner().invoke(main, arguments, obj=invocation)
    assert done.exit_code == 3
    assert ("its text is lost" in done.stderr) is is_unknown
    if is_unknown:
        token = json.loads(function.asked[0]["Payload"])["requestToken"]
        assert f"--request-token {token}" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        [],
        *([name] for name in main.commands),
        ["roles", "put"],
        ["roles", "explain"],
        ["signing", "rotate"],
    ],
)
def test_every_command_explains_itself(command: list[str]) -> None:
    """``--help`` works anywhere, shows examples, and needs no function."""
    done = CliRunner().invoke(main, [*command, "--help"])
    assert done.exit_code == 0
    is_group = command in ([], ["roles"], ["signing"])
    assert ("Examples:" in done.stdout) is not is_group
