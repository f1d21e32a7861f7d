"""What stands in the repository for a public forge, its visitors and its tools."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from importlib import metadata
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from apikeys.key import mint, random_key_id
from apikeys.signing import SigningKeys
from local.checkout import ROOT, VENVS

if TYPE_CHECKING:
    from pathlib import Path

_WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_BASH = str(which("bash"))
_GIT = str(which("git"))


def _read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def _steps() -> dict[str, str]:
    """Return the commands of the workflow's steps, by their names."""
    job = _read(".github/workflows/ci.yml")["jobs"]["check"]
    return {step["name"]: step["run"] for step in job["steps"]}


def _run(step: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does with ``shell: bash``."""
    return subprocess.run(
        [_BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", _steps()[step]],
        capture_output=True,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | environ,
        text=True,
    )


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_rights_and_runs_nobody_elses_code(path: Path) -> None:
    """No permission, no action, and no text from outside within a command."""
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["cancel-in-progress"]
    for job in workflow["jobs"].values():
        assert "permissions" not in job
        assert "secrets" not in job
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert step.keys() == {"name", "run"}
            assert "${{" not in step["run"]
            checked = [_BASH, "-n", "-c", step["run"]]
            subprocess.run(checked, check=True)


def test_the_workflow_runs_the_projects_own_check() -> None:
    """And nothing beside it."""
    assert list(_steps().values())[-1] == ".ci/run"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_workflow_checks_out_the_commit_that_it_is_about(tmp_path: Path) -> None:
    """With git alone, of a repository that needs no password."""
    origin, folder = tmp_path / "owner" / "project", tmp_path / "work"
    folder.mkdir()
    subprocess.run([_GIT, "init", "--quiet", "-b", "main", origin], check=True)
    git = [_GIT, "-C", str(origin), "-c", "user.name=a", "-c", "user.email=a@b.example"]
    (origin / "file").write_text("first")
    subprocess.run([*git, "add", "file"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "First"], check=True)
    found = subprocess.run(
        [*git, "rev-parse", "HEAD"], capture_output=True, check=True, text=True
    )
    done = _run(
        "Check the code out",
        folder,
        GITHUB_SERVER_URL=tmp_path.as_uri(),
        GITHUB_REPOSITORY="owner/project",
        GITHUB_SHA=found.stdout.strip(),
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "file").read_text() == "first"


def test_the_workflow_finds_the_runners_python(tmp_path: Path) -> None:
    """Where GitHub's images keep it, whatever its last number and the machine."""
    found = tmp_path / "Python" / "3.13.7" / "x64" / "bin"
    found.mkdir(parents=True)
    (found / "python3.13").touch(mode=0o755)
    (tmp_path / "Python" / "3.12.1" / "x64" / "bin").mkdir(parents=True)
    path = tmp_path / "path"
    known = {"RUNNER_TOOL_CACHE": str(tmp_path), "GITHUB_PATH": str(path)}
    done = _run("Find Python 3.13", tmp_path, **known)
    assert done.returncode == 0, done.stderr
    assert path.read_text() == f"{found}\n"


def test_the_workflow_says_so_where_there_is_no_python(tmp_path: Path) -> None:
    """Instead of a failure later."""
    known = {"RUNNER_TOOL_CACHE": str(tmp_path), "GITHUB_PATH": str(tmp_path / "path")}
    done = _run("Find Python 3.13", tmp_path, **known)
    assert done.returncode == 1
    assert "There is no Python 3.13" in done.stderr


def _rule() -> str:
    """Return the pattern by which gitleaks finds our keys."""
    config = tomllib.loads((ROOT / ".gitleaks.toml").read_text())
    (rule,) = config["rules"]
    assert all(rule["id"] not in one["targetRules"] for one in config["allowlists"])
    return str(rule["regex"])


def test_gitleaks_finds_a_key() -> None:
    """Anywhere in a line, and whoever else's words stand around it."""
    key = mint("ak", random_key_id(os.urandom), SigningKeys(b"s" * 32), os.urandom).text
    for line in (key, f'KEY="{key}"', f"X-API-Key: {key}", f"https://a/?key={key}&b=1"):
        found = re.search(_rule(), line)
        assert found is not None, line
        assert found[0] == key


@pytest.mark.parametrize(
    "line",
    [
        "ak_7GkQ2mV0aZx81TbP_<43 characters: 256 random bits><22 characters: HMAC tag>",
        "ak_7GkQ2mV0aZx81TbP_…",
        f"ak_{'k' * 16}_{'s' * 64}",
        f"ak_{'k' * 16}_{'s' * 66}",
        f"break_{'k' * 16}_{'s' * 65}",
        f"$sha256${'d' * 43}",
    ],
)
def test_gitleaks_finds_nothing_in_a_clean_line(line: str) -> None:
    """An id, a digest, a shortened key."""
    assert re.search(_rule(), line) is None


def test_the_pattern_is_the_published_one() -> None:
    """That scanners of others are told."""
    assert f"`{_rule()}`" in (ROOT / "SECURITY.md").read_text()


def test_each_hook_is_there() -> None:
    """The environment's own tools; what is fetched is named by a whole commit."""
    for repository in _read(".pre-commit-config.yaml")["repos"]:
        if repository["repo"] != "local":
            assert re.fullmatch("[0-9a-f]{40}", repository["rev"])
            continue
        for hook in repository["hooks"]:
            program = ROOT / hook["entry"].split()[0]
            assert program.parent == VENVS / "dev" / "bin"
            assert program.is_file()


def test_the_hooks_are_as_pre_commit_takes_them() -> None:
    """By its own check."""
    program = VENVS / "dev" / "bin" / "pre-commit"
    config = ROOT / ".pre-commit-config.yaml"
    subprocess.run([program, "validate-config", config], check=True)


def test_every_lock_file_is_kept_up_to_date() -> None:
    """Each folder that has one is known to the forge's updates."""
    found = {f"/{path.parent.relative_to(ROOT)}" for path in _lock_files()}
    known: set[str] = set()
    for update in _read(".github/dependabot.yml")["updates"]:
        known |= {*update.get("directories", [])}
        known |= {update["directory"]} if "directory" in update else set()
    assert known == found


def _lock_files() -> list[Path]:
    return [
        *(ROOT / "requirements").glob("*.txt"),
        *(ROOT / "src").glob("*/*.txt"),
        *(ROOT / "requirements").glob("*/package-lock.json"),
    ]


def test_the_newest_release_has_the_projects_version() -> None:
    """In the changelog, in pyproject.toml and at ``apikeys --version``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert metadata.version("apikeys") == project["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text()
    sections = re.findall(r"^## \[(.+?)\](?: - (\S+))?$", changelog, re.MULTILINE)
    assert sections[0] == ("Unreleased", "")
    for version, date in sections[1:]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", date)
    assert [version for version, _ in sections[1:2]] in ([], [project["version"]])


def test_templates_send_weaknesses_elsewhere() -> None:
    """No form invites to tell one in public."""
    bug = (ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.md").read_text()
    assert "SECURITY.md" in bug
    request = (ROOT / ".github" / "pull_request_template.md").read_text()
    assert len(request.splitlines()) == 5
