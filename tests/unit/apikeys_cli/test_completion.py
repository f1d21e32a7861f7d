"""What a shell completes, whether the deployment answers or not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import ShellComplete

from apikeys_cli import completion
from apikeys_cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.doubles import Cli

_APIKEYS = "from apikeys_cli.main import main; main(prog_name='apikeys')"

_DENIED = b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"


class Service(ThreadingHTTPServer):
    """AWS on the loopback interface: Lambda with one function, and nothing else.

    Attributes:
        function: what answers.
        is_open: cleared, no request is answered.
        asked: the paths of the requests.
    """

    def __init__(self, function: InProcess) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.function = function
        self.is_open = Event()
        self.is_open.set()
        self.asked: list[str] = []

    @property
    def options(self) -> list[str]:
        """What leads the command line to it."""
        return ["--endpoint-url", f"http://127.0.0.1:{self.server_port}"]


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        """Answer as Lambda does; STS knows nobody."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(self.path)
        self.server.is_open.wait()
        is_lambda = self.path.endswith("/functions/apikeys-admin/invocations")
        sent = _DENIED
        if is_lambda:
            sent = json.dumps(self.server.function.answer(json.loads(body))).encode()
        self.send_response(200 if is_lambda else 403)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def service(function: InProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Return a service that the environment leads to, with time enough to ask it."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("APIKEYS_FUNCTION", "apikeys-admin"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(completion, "_SECONDS", 60)
    with Service(function) as served:
        thread = Thread(target=served.serve_forever, daemon=True)
        thread.start()
        yield served
        served.is_open.set()
        served.shutdown()
        thread.join()


def _offered(
    service: Service, words: list[str], incomplete: str = ""
) -> dict[str, str | None]:
    """Return what is offered for a word after others, and what is said of each."""
    shell = ShellComplete(main, {}, "apikeys", "_APIKEYS_COMPLETE")
    found = shell.get_completions([*service.options, *words], incomplete)
    return {item.value: item.help for item in found}


@pytest.mark.parametrize(
    "words",
    [
        ["roles", "explain", "READER"],
        ["issue", "--role"],
        ["list", "--role"],
    ],
    ids=str,
)
def test_roles_are_those_of_the_stored_role_map(
    service: Service, words: list[str]
) -> None:
    """Wherever a role is named."""
    stored = service.function.answer({"action": "roles.get"})["roleMap"]["roles"]
    assert sorted(_offered(service, words)) == sorted(stored)


def test_what_is_typed_of_a_role_is_its_beginning(service: Service) -> None:
    """Others are not offered."""
    assert set(_offered(service, ["list", "--role"], "R")) == {"READER"}


@pytest.mark.parametrize("verb", ["get", "revoke"])
def test_key_ids_are_those_of_the_records(
    service: Service, cli: Cli, verb: str
) -> None:
    """With the client, since nobody knows a key by its id."""
    ids = [cli.issue()["record"]["keyId"] for _ in range(2)]
    assert _offered(service, [verb]) == dict.fromkeys(ids, "Acme")
    assert _offered(service, [verb], ids[0]) == {ids[0]: "Acme"}


def test_what_can_be_restored_is_what_was_revoked(service: Service, cli: Cli) -> None:
    """Neither of the two is offered where it would be refused."""
    kept, gone = (cli.issue()["record"]["keyId"] for _ in range(2))
    cli.json("revoke", gone, "--yes")
    assert set(_offered(service, ["restore"])) == {gone}
    assert set(_offered(service, ["disable"])) == {kept}


def test_a_deployment_that_does_not_answer_is_not_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is offered, while the request is still without an answer."""
    service.is_open.clear()
    monkeypatch.setattr(completion, "_SECONDS", 0.1)
    assert _offered(service, ["get"]) == {}


def test_what_was_read_in_time_is_offered(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of very many keys the first, though the rest does not come; no half a line."""
    late = subprocess.TimeoutExpired(
        "apikeys", 1.5, b'{"keyId":"0a","client":"\\n"}\n{"k'
    )

    def ends_late(*_: object, **__: object) -> None:
        raise late

    monkeypatch.setattr(completion.subprocess, "run", ends_late)
    # A name with a line feed would be taken for two offers.
    assert _offered(service, ["get"]) == {"0a": None}


@pytest.mark.parametrize(
    "variables", [{}, {"APIKEYS_FUNCTION": "f", "AWS_PROFILE": "none-such"}]
)
def test_a_shell_sees_no_error(variables: dict[str, str]) -> None:
    """Without a function, region or profile: no offer, no message, exit code 0."""
    kept = {name: os.environ[name] for name in os.environ if name[:4] != "AWS_"}
    request = {
        "_APIKEYS_COMPLETE": "bash_complete",
        "COMP_WORDS": "apikeys get ",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [sys.executable, "-c", _APIKEYS],
        capture_output=True,
        check=False,
        env=kept | variables | request,
        text=True,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


def test_without_a_python_nothing_is_offered(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be gone since the shell began, as after an upgrade."""
    monkeypatch.setattr(completion.sys, "executable", "/none-such/python")
    assert _offered(service, ["get"]) == {}


def test_verbs_are_offered_in_the_order_of_a_life(service: Service) -> None:
    """As help shows them."""
    assert list(_offered(service, [])) == list(main.commands)
    assert service.asked == []


def test_the_options_given_so_far_are_heeded(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the verb or after it: another function than the environment's."""
    options = ["--function", "another"]
    assert _offered(service, [*options, "roles", "explain"]) == {}
    assert _offered(service, ["roles", "explain", *options]) == {}
    assert {path.split("/")[3] for path in service.asked if "functions" in path} == {
        "another"
    }
    monkeypatch.setenv("APIKEYS_FUNCTION", "another")
    assert _offered(service, ["roles", "explain", "--function", "apikeys-admin"])


def test_modules_in_the_current_folder_are_not_run(
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A tab in a folder of somebody else's runs nothing of it."""
    (tmp_path / "click.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    # As in the shell; it is not passed on, or there were no end.
    monkeypatch.setenv("_APIKEYS_COMPLETE", "bash_complete")
    assert _offered(service, ["roles", "explain"])
