"""The console's server, as the command line starts and stops it."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from apikeys_cli.console import server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.doubles import Cli

_SERVE = """
import sys
from apikeys_cli.main import main
main(["console", *sys.argv[1:], "--function", "f", "--region", "eu-west-1"])
"""


class Served:
    """A process that serves a console, and what it said."""

    def __init__(self, folder: Path, *arguments: str, **environ: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, *arguments],
            env={**os.environ, "TMPDIR": str(folder), **environ},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def said(self, what: str) -> str:
        """Return the first line that says something."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if what in line:
                return line
        raise AssertionError(f"it never said {what}")

    def address(self) -> str:
        """Return the address that it printed."""
        return self.said("http://").partition("once: ")[2].strip()


def _answered(url: str) -> int:
    for _ in range(200):
        try:
            with urlopen(url) as answer:  # noqa: S310 - this machine's
                return int(answer.status)
        except ConnectionRefusedError:
            time.sleep(0.05)
        except OSError as error:
            if getattr(error, "code", None):
                return int(error.code)  # type: ignore[attr-defined]
            time.sleep(0.05)
    raise AssertionError("it never answered")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Return a console that prints its address; it is stopped in the end."""
    running = Served(tmp_path, "--no-open")
    yield running
    running.process.kill()
    running.process.communicate()


def test_it_serves_only_this_machine(served: Served) -> None:
    """On a free port of 127.0.0.1, until Ctrl-C, which is a good end."""
    address = urlsplit(served.address())
    assert address.hostname == "127.0.0.1"
    assert _answered(f"http://{address.netloc}/") == 403
    listening = Path("/proc/net/tcp").read_text("ascii")
    local = [line.split()[1] for line in listening.splitlines()[1:] if " 0A " in line]
    assert [where for where in local if where.endswith(f":{address.port:04X}")] == [
        f"0100007F:{address.port:04X}"
    ]
    served.process.send_signal(signal.SIGINT)
    out, rest = served.process.communicate(timeout=20)
    assert served.process.returncode == 0
    assert "Stopped." in rest
    assert "token" not in out + rest


def test_a_port_that_is_taken_is_named(served: Served, tmp_path: Path) -> None:
    """With the option to change."""
    port = str(urlsplit(served.address()).port)
    second = Served(tmp_path, "--no-open", "--port", port)
    _, said = second.process.communicate(timeout=20)
    assert second.process.returncode == 2
    assert f"--port: {port} can't be used" in said


def test_the_token_is_in_no_argument_list(tmp_path: Path) -> None:
    """The browser gets a file's name; the file is private, and gone in the end."""
    browser = tmp_path / "browser"
    seen = tmp_path / "seen"
    browser.write_text(
        f'#!/bin/sh\nls -l "${{1#file://}}" > {seen}.list\n'
        f'cp "${{1#file://}}" {seen}.html\necho "$1" > {seen}.args\n'
    )
    browser.chmod(stat.S_IRWXU)
    folder = tmp_path / "tmp"
    folder.mkdir()
    running = Served(folder, BROWSER=f"{browser} %s")
    running.said("until Ctrl-C")
    arguments = Path(f"{seen}.args")
    while not arguments.exists() or not arguments.read_text():
        time.sleep(0.05)
    page = Path(f"{seen}.html").read_text()
    url = page.partition("url=")[2].partition('"')[0]
    token = url.partition("token=")[2]
    assert len(token) > 40
    assert token not in arguments.read_text()
    assert Path(f"{seen}.list").read_text().startswith("-rw-------")
    assert _answered(url) in {200, 403}
    running.process.send_signal(signal.SIGINT)
    _, said = running.process.communicate(timeout=20)
    assert token not in said
    assert list(folder.iterdir()) == []


def test_a_taken_port_is_a_mistake_of_usage(cli: Cli) -> None:
    """As another process sees it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = cli("console", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == 2
    assert "can't be used" in done.output


def test_a_browser_that_opens_needs_no_address(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is printed to nobody's terminal."""
    opened: list[str] = []

    def open_(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(server.webbrowser, "open", open_)
    monkeypatch.setattr(server.uvicorn.Server, "run", lambda *_, **__: None)
    done = cli("console")
    assert done.exit_code == 0
    assert opened
    assert opened[0].startswith("file:///")
    assert "http://" not in done.output


def test_no_browser_is_said(
    cli: Cli, function: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is printed then."""
    assert function.requests == []
    monkeypatch.setattr(server.webbrowser, "open", lambda _url: False)
    monkeypatch.setattr(server.uvicorn.Server, "run", lambda *_, **__: None)
    done = cli("console")
    assert done.exit_code == 0, done.output
    assert "No browser was found. Open within a minute" in done.stderr


def test_ctrl_c_is_a_good_end(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said in a word."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(server.uvicorn.Server, "run", interrupted)
    done = cli("console", "--no-open")
    assert (done.exit_code, "Stopped." in done.stderr) == (0, True)


@pytest.mark.parametrize("name", ["jinja2", "starlette", "uvicorn", "python_multipart"])
def test_without_the_extra_it_says_so(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """And names it."""
    module = sys.modules["apikeys_cli.commands.console"]
    monkeypatch.setattr(module, "find_spec", lambda asked: None if asked == name else 1)
    done = cli("console")
    assert done.exit_code == 2
    assert "install apikeys[console]" in done.output


def test_requests_are_answered_at_once(served: Served) -> None:
    """Several of them: a slow one holds up no other."""
    url = served.address().partition("?")[0]
    answers: list[int] = []
    threads = [Thread(target=lambda: answers.append(_answered(url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [403] * 4
