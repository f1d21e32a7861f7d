"""Files with keys are this user's, and nobody else has chosen which they are."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apikeys_cli.terminal import private_file
from apikeys_cli.terminal.private_file import open_private, size_of_lines

if TYPE_CHECKING:
    from tests.unit.apikeys_cli.doubles import Cli

_STATE = "clients.csv.apikeys-run.json"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a file of one client."""
    path = tmp_path / "clients.csv"
    path.write_text("client\nAlpha\n")
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Return a file of this user's that nobody meant."""
    path = tmp_path / "precious"
    path.write_text("precious\n")
    path.chmod(0o600)
    return path


def _run(cli: Cli, source: Path, keys: Path) -> Any:
    return cli("issue", "--from", str(source), "--keys-to", str(keys))


@pytest.mark.parametrize("name", ["keys.csv", _STATE])
def test_a_link_is_not_followed(cli: Cli, source: Path, other: Path, name: str) -> None:
    """Whoever may write into the folder could add keys to a file of this user's."""
    (source.parent / name).symlink_to(other)
    done = _run(cli, source, source.parent / "keys.csv")
    assert done.exit_code == 2
    assert f"{name} is a symbolic link, which is not followed" in done.stderr
    assert other.read_text() == "precious\n"
    assert [r for r in cli.function.requests if r["action"] == "issue"] == []


def test_what_is_in_the_way_of_the_state_is_replaced(
    cli: Cli, source: Path, other: Path
) -> None:
    """A link next to it, or the rest of a killed run: neither is written to."""
    beside = source.parent / f"{_STATE}.new"
    beside.symlink_to(other)
    assert _run(cli, source, source.parent / "keys.csv").exit_code == 0
    assert other.read_text() == "precious\n"
    assert not (source.parent / _STATE).is_symlink()
    beside.write_text("the rest of a run")
    (source.parent / _STATE).unlink()
    assert _run(cli, source, source.parent / "keys.csv").exit_code == 0
    assert not beside.exists()


def test_what_comes_in_the_way_meanwhile_is_not_written_to(
    cli: Cli, source: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as another name of a file of this user's, in place of what was removed."""
    beside = source.parent / f"{_STATE}.new"

    def replaced(path: Path, *, missing_ok: bool = False) -> None:
        del path, missing_ok
        beside.hardlink_to(other)

    monkeypatch.setattr(Path, "unlink", replaced)
    done = _run(cli, source, source.parent / "keys.csv")
    assert done.exit_code == 2
    assert f"{beside}: File exists" in done.stderr
    assert other.read_text() == "precious\n"


@pytest.mark.parametrize("name", ["keys.csv", _STATE])
def test_a_file_of_another_user_is_refused(
    cli: Cli, source: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """They would read the keys, or know the ids of those to come."""
    path = source.parent / name
    path.write_text("")
    path.chmod(0o600)
    monkeypatch.setattr(private_file.os, "geteuid", lambda: path.stat().st_uid + 1)
    done = _run(cli, source, source.parent / "keys.csv")
    assert done.exit_code == 2
    assert f"{name} belongs to another user" in done.stderr
    assert path.read_text() == ""


def test_only_a_regular_file_is_private(tmp_path: Path) -> None:
    """What goes into a pipe or a device is on no disk; a pipe is not waited for."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(Exception, match=r"is not a regular file|Is a directory"):
            open_private(path, os.O_RDWR | os.O_CREAT)
    with pytest.raises(Exception, match="is not a regular file"):
        open_private(tmp_path, os.O_RDONLY)


def test_a_file_is_made_only_for_its_owner(tmp_path: Path) -> None:
    """Whatever the mask of the shell."""
    mask = os.umask(0)
    try:
        os.close(open_private(tmp_path / "new", os.O_WRONLY | os.O_CREAT))
    finally:
        os.umask(mask)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileNotFoundError):
        open_private(tmp_path / "none", os.O_RDONLY)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (b"", 0),
        (b"no end", 0),
        (b"one\ntwo", 4),
        (b"one\n" + b"x" * 200_000, 4),
        (b"x" * 200_000, 0),
        (b"one\ntwo\n", 8),
    ],
)
def test_whole_lines_are_told_from_the_rest(
    tmp_path: Path, text: bytes, size: int
) -> None:
    """However long the rest is."""
    path = tmp_path / "lines"
    path.write_bytes(text)
    with path.open("rb") as file:
        assert size_of_lines(file.fileno()) == size


@pytest.mark.parametrize("is_state", [True, False])
def test_a_full_disk_ends_a_run_that_can_be_taken_up(
    cli: Cli, source: Path, monkeypatch: pytest.MonkeyPatch, *, is_state: bool
) -> None:
    """No traceback; with room again, the client gets one key."""
    keys = source.parent / "keys.csv"

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if is_state:
            patched.setattr("apikeys_cli.batch.journal_file.os.fsync", fail)
        else:
            patched.setattr("apikeys_cli.terminal.key_file._write", fail)
        done = _run(cli, source, keys)
    assert done.exit_code == 3, done.output
    assert "can't be written: No space left on device" in done.stderr
    assert "1 of 1 row left. Run the same command again" in done.stderr
    assert _run(cli, source, keys).exit_code == 0
    assert len(cli.json("list")["records"]) == 1
