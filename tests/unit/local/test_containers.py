"""What `sam local` gets: a template with nothing to decide, variables, commands."""

from __future__ import annotations

import platform
import shlex
import stat
from typing import TYPE_CHECKING

import pytest

from local import checkout, container_engine, containers, event
from local.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = ["AWS_ENDPOINT_URL", "KEY_PREFIX"]
_DESKTOP = 'case "$1" in info) echo "Docker Desktop";; esac'
_ENGINE = """case "$1" in
info) echo "Debian GNU/Linux 12";;
network) echo '[{{"IPAM": {{"Config": [{config}]}}}}]';;
esac"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of the only program on PATH; as it is, it can't be run."""
    monkeypatch.setenv("PATH", f"{tmp_path}")
    return tmp_path / "docker"


def _answering(docker: Path, script: str) -> None:
    docker.write_text(f"#!/bin/sh\n{script}\n")
    docker.chmod(docker.stat().st_mode | stat.S_IXUSR)


def test_the_template_leaves_nothing_to_decide() -> None:
    """No parameter, no condition: `sam local` decides none."""
    found = containers.template("python3.13", _NAMES, "X-API-Key")
    assert found.keys() == {
        "AWSTemplateFormatVersion",
        "Transform",
        "Globals",
        "Resources",
    }
    assert "Fn::If" not in str(found)
    shared = found["Globals"]["Function"]
    assert shared["Architectures"] == [checkout.ARCHITECTURE]
    assert shared["Runtime"] == "python3.13"


def test_the_template_declares_each_variable() -> None:
    """`sam local` sets what a template does not declare from the shell's account."""
    found = containers.template("python3.13", _NAMES, "X-API-Key")
    authorizer = found["Resources"][containers.AUTHORIZER]["Properties"]
    assert authorizer["Environment"]["Variables"] == dict.fromkeys(_NAMES, "")


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_the_api_asks_about_the_header_that_is_presented(header: str) -> None:
    """The same identity source as the deployed example API has."""
    found = containers.template("python3.13", _NAMES, header)
    auth = found["Resources"]["ExampleRestApi"]["Properties"]["Auth"]
    authorizer = auth["Authorizers"][auth["DefaultAuthorizer"]]
    assert authorizer["Identity"] == {"Headers": [header]}


def test_a_container_gets_the_emulators_account_and_nothing_of_the_shells() -> None:
    """Its endpoint by the name that leads to this machine, and no session token."""
    given = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "KEY_PREFIX": "ak"}
    assert containers.container_variables(given) == {
        "AWS_ENDPOINT_URL": "http://host.docker.internal:4566",
        "AWS_SESSION_TOKEN": "",
        "KEY_PREFIX": "ak",
    }


def test_on_linux_the_container_is_told_the_hosts_address() -> None:
    """Docker Engine knows no such name; Docker Desktop does."""
    command = containers.command("invoke", system="Linux")
    place = command.index("--add-host")
    assert command[place + 1] == "host.docker.internal:host-gateway"
    assert "--add-host" not in containers.command("invoke", system="Darwin")
    assert (checkout.ROOT / command[0]) == checkout.SAM


@pytest.mark.usefixtures("docker")
def test_without_an_engine_the_reason_is_said() -> None:
    """``make sam-local`` ends with it, and nothing is deployed."""
    with pytest.raises(EngineError, match="no `docker` on PATH"):
        container_engine.require()


def test_an_engine_that_does_not_answer_is_quoted(docker: Path) -> None:
    """The last line of what it says."""
    _answering(docker, "echo 'is the docker daemon running?' >&2; exit 1")
    with pytest.raises(EngineError, match="is the docker daemon running"):
        container_engine.require()


def test_docker_desktop_leads_its_containers_here_by_itself(docker: Path) -> None:
    """Nothing has to listen for them."""
    _answering(docker, _DESKTOP)
    assert container_engine.bridge_address() is None
    with container_engine.reaching(4566):
        pass


@pytest.mark.parametrize(
    "config",
    [
        '{"Subnet": "172.17.0.0/16"}',
        '{"Subnet": "172.16.0.0/12", "Gateway": "172.17.0.1"}',
    ],
)
def test_the_bridges_address_is_found_before_the_first_container(
    docker: Path, config: str
) -> None:
    """Docker Engine 20 names no gateway until one has run."""
    _answering(docker, _ENGINE.format(config=config))
    assert container_engine.bridge_address() == "172.17.0.1"


def test_an_engine_without_a_bridge_can_not_be_used(docker: Path) -> None:
    """Its containers would not reach the emulator."""
    _answering(docker, 'case "$1" in info) echo Debian;; esac')
    with pytest.raises(EngineError, match="bridge"):
        container_engine.bridge_address()


def test_a_missing_relay_is_named(docker: Path) -> None:
    """It is the one thing that has to be installed."""
    _answering(docker, _ENGINE.format(config='{"Subnet": "172.17.0.0/16"}'))
    with (
        pytest.raises(EngineError, match="`socat` has to be installed"),
        container_engine.reaching(4566),
    ):
        pass


def _said(system: str) -> tuple[list[str], str]:
    said = event.instructions(4566, system)
    (line,) = (line for line in said.splitlines() if line.startswith("With Docker:"))
    return shlex.split(line.partition(":")[2]), said.partition(line)[2]


@pytest.mark.usefixtures("docker")
def test_make_event_prints_the_way_back_to_the_emulator() -> None:
    """On Linux, with the usual address where no engine runs that could be asked."""
    command, after = _said("Linux")
    assert command[1:3] == ["local", "invoke"]
    assert "bind=172.17.0.1" in after
    assert "TCP:127.0.0.1:4566" in after
    assert _said("Darwin")[1] == ""


def test_where_docker_desktop_runs_no_relay_is_printed(docker: Path) -> None:
    """It exists for Linux, too."""
    _answering(docker, _DESKTOP)
    assert _said(platform.system())[1] == ""
