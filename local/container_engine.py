"""The engine that runs containers for `sam local`, and how they reach this machine."""

import ipaddress
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from local import checkout, process
from local.errors import EngineError


def require() -> None:
    """Make sure that a container engine answers.

    Raises:
        EngineError: there is none, or it is not running.
    """
    if shutil.which("docker") is None:
        raise EngineError("no `docker` on PATH")
    if (said := _docker("info", "--format", "{{.ServerVersion}}")).returncode:
        raise EngineError((said.stderr.strip() or "no answer").splitlines()[-1])


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which the user's engine is also found."""
    engine = {n: os.environ[n] for n in ("DOCKER_HOST", "HOME") if n in os.environ}
    return {**variables, **engine}


def bridge_address() -> str | None:
    """Return this machine's address for containers; None if they need none.

    Docker Desktop leads them to the loopback interface. Docker Engine does not, and may
    omit the gateway until the first container has run.

    Raises:
        EngineError: there is no engine, or it does not tell.
    """
    require()
    system = _docker("info", "--format", "{{.OperatingSystem}}").stdout
    if system.startswith("Docker Desktop"):
        return None
    described = _docker("network", "inspect", "bridge").stdout
    for network in json.loads(described or "[]"):
        for address in network["IPAM"]["Config"]:
            first = next(ipaddress.ip_network(address["Subnet"]).hosts())
            return str(address.get("Gateway") or first)
    raise EngineError("it has no network named bridge")


def relay(port: int, address: str) -> list[str]:
    """Return the command that relays an address of this machine to one of its ports."""
    return ["socat", f"TCP-LISTEN:{port},bind={address},fork", f"TCP:127.0.0.1:{port}"]


@contextmanager
def reaching(port: int) -> Iterator[None]:
    """Let containers reach a loopback port of this machine while the context lasts.

    Only they and this machine reach the bridge.

    Raises:
        EngineError: the engine does not report its bridge, or `socat` is missing.
    """
    address = bridge_address()
    if address is None:
        yield
        return
    socat = shutil.which("socat")
    if socat is None:
        raise EngineError("with Docker Engine, `socat` has to be installed")
    _, *ends = relay(port, address)
    pid = process.spawn([socat, *ends], {}, checkout.BUILD / "socat.log")
    try:
        yield
    finally:
        process.stop(pid)


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *arguments],  # noqa: S607 - wherever it is
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
        text=True,
    )
