"""Documents' commands that build, install and leave a stack running, as written.

They run in a copy of the checkout, so that nobody's own ``make up`` is touched.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from local import checkout, environment, invoke
from tests.paste import paste
from tests.readme import commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytestmark = [pytest.mark.deployed, pytest.mark.packaged]

_ELF_ARM64 = 183
_APIKEYS = ".cache/venvs/dev/bin/apikeys"
_EVENT = "events/local-rest-request.json"
_DEPENDENCIES = ("boto3", "click", "pyyaml", "rich")
_EXTRA = ("jinja2", "python-multipart", "starlette", "uvicorn")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout that shares tools and packages with it."""
    root = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - wherever it is
        capture_output=True,
        check=True,
        cwd=checkout.ROOT,
        text=True,
    )
    for name in listed.stdout.splitlines():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        # With its time, by which make tells what is built already.
        shutil.copy2(checkout.ROOT / name, root / name)
    (root / ".cache").symlink_to(checkout.ROOT / ".cache")
    (root / "build").mkdir()
    (root / "build" / checkout.BUILT.name).symlink_to(checkout.BUILT)
    return root


def _run(copy: Path, command: str) -> str:
    """Run a command in a shell of its own, and return what it prints on stdout."""
    home = copy / "home"
    home.mkdir(exist_ok=True)
    variables = environment.isolated(home) | {"PATH": os.environ["PATH"]}
    done = paste(command, variables, folder=copy)
    said = re.sub(r"ak_\S+", "ak_…", done.stdout + done.stderr)
    assert done.returncode == 0, said[-2_000:]
    return done.stdout


def test_the_packages_are_built_for_the_other_processor_of_lambda(copy: Path) -> None:
    """``make build ARCH=arm64``: both packages, whatever this machine is."""
    (command,) = [c for c in commands("Deploy to AWS") if c.startswith("make ")]
    shutil.rmtree(copy / "build" / "sam-arm64", ignore_errors=True)
    _run(copy, command)
    built = copy / "build" / "sam-arm64"
    assert (built / "template.yaml").is_file()
    for function in ("AuthorizerFunction", "AdminFunction"):
        libraries = list((built / function).rglob("*.so"))
        assert libraries
        for library in libraries:
            machine = int.from_bytes(library.read_bytes()[18:20], "little")
            assert machine == _ELF_ARM64, library


@pytest.fixture(scope="module")
def left_running(copy: Path) -> Iterator[str]:
    """Leave a stack running that has parameters and a role map of its own.

    Returns:
        what a shell takes it for AWS by.
    """
    roles = copy / "own-roles.toml"
    roles.write_text('[roles.OWN]\nallow = ["GET /whoami"]\n')
    try:
        # Nothing but its output leads the shell to the stack.
        printed = _run(
            copy, "make up PARAMS=\"DefaultIssuer='The team' RecordTtlSeconds=3\""
        )
        said = _run(copy, f"set -eu\n{printed}\n{_APIKEYS} roles put {roles}")
        assert "Stored 1 role." in said
        yield printed
    finally:
        _run(copy, "make down")
    assert not (copy / "build" / "local" / "stack.json").exists()


def test_the_stack_that_is_left_running_has_the_parameters_given(
    copy: Path, left_running: str
) -> None:
    """``make up PARAMS=…``, whose output a shell evaluates."""
    issue = f"{_APIKEYS} issue --client Acme --role OWN --output json"
    issued = json.loads(_run(copy, f"set -eu\n{left_running}\n{issue}"))
    assert issued["record"]["issuer"] == "The team"


def test_an_event_is_made_for_the_role_map_that_is_there(
    copy: Path, left_running: str
) -> None:
    """``make event`` leaves the map, and the key's policy is that map's."""
    _run(copy, "make event")
    stored = f"{_APIKEYS} roles get --output json"
    found = json.loads(_run(copy, f"set -eu\n{left_running}\n{stored}"))
    assert list(found["roles"]) == ["OWN"]
    answer = json.loads(_run(copy, f"make invoke EVENT={_EVENT}"))
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"][0].endswith("/GET/whoami")


@pytest.mark.usefixtures("left_running")
@pytest.mark.parametrize(("event", "reason"), invoke.EXAMPLES.items())
def test_each_example_is_answered_as_the_usage_says(
    copy: Path, event: str, reason: str
) -> None:
    """``make invoke``: the same answer to each event, and its reason in the log."""
    said = _run(copy, f"make invoke EVENT={event} 2>&1")
    refusal = (
        '"principalId": "refused"'
        if "http-api" in event
        else '"errorMessage": "Unauthorized"'
    )
    assert refusal in said
    assert f'"reason":"{reason}"' in said


@pytest.mark.usefixtures("left_running")
def test_one_event_goes_through_the_built_authorizer(copy: Path) -> None:
    """``make up``, ``make event``, ``make invoke``: the live key gets its policy."""
    up, invoke_ = commands("One event: Lambda's runtime emulator", "docs/local.md")
    _run(copy, up)
    answer = json.loads(_run(copy, invoke_))
    event = json.loads((copy / _EVENT).read_text())
    assert event["headers"]["X-API-Key"].split("_")[1] == answer["principalId"]
    statement = answer["policyDocument"]["Statement"][0]
    assert statement["Effect"] == "Allow"
    assert answer["context"]["issuer"] == "apikeys"


def test_the_command_line_is_installed_for_good(copy: Path, tmp_path: Path) -> None:
    """``pipx install .``: a wheel and what it depends on, and nothing of this checkout.

    pipx makes an environment, has pip build and install the wheel, and links its
    commands. The same is done here with pip alone, since pipx would ask an index for
    what the development environment has.
    """
    assert "`pipx install .`" in (checkout.ROOT / "README.md").read_text()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-index"]
    wheels = ["wheel", ".", "--no-build-isolation", *offline, "-w", str(tmp_path)]
    subprocess.run([*pip, *wheels], check=True, cwd=copy)
    (wheel,) = tmp_path.glob("*.whl")
    version = importlib.metadata.version("apikeys")
    with zipfile.ZipFile(wheel) as archive:
        names = {name.partition("/")[0] for name in archive.namelist()}
    described = f"apikeys-{version}.dist-info"
    assert names == {"apikeys", "apikeys_cli", described}

    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    installed = ["install", *offline, str(wheel)]
    subprocess.run([*pip, "--python", str(python), *installed], check=True)
    (packages,) = home.glob("lib/python3*/site-packages")
    distribution = importlib.metadata.PathDistribution(packages / described)
    assert {script.name for script in distribution.entry_points} == {"apikeys"}
    assert distribution.metadata["Requires-Python"] == ">=3.13"
    _link(_declared(packages), packages)

    imports = "import pkgutil, apikeys_cli as cli; [__import__(m.name) for m in "
    imports += "pkgutil.walk_packages(cli.__path__, 'apikeys_cli.')"
    base = f"{imports} if not m.name.startswith('apikeys_cli.console.')]"
    subprocess.run([python, "-I", "-c", base], check=True, cwd=tmp_path)
    console = [home / "bin" / "apikeys", "console", "--function", "f"]
    refused = subprocess.run(
        console, capture_output=True, check=False, cwd=tmp_path, text=True
    )
    assert "install apikeys[console]" in refused.stderr
    _link(_closed(_EXTRA), packages)
    subprocess.run([python, "-I", "-c", f"{imports}]"], check=True, cwd=tmp_path)
    for option, text in (("--version", version), ("--help", "doctor")):
        done = subprocess.run(
            [home / "bin" / "apikeys", option],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin"},
            text=True,
        )
        assert text in done.stdout


def _declared(packages: Path) -> set[str]:
    """Return the distributions that an installed wheel needs, and those need."""
    (found,) = importlib.metadata.distributions(name="apikeys", path=[str(packages)])
    wanted = _needs(found)
    assert sorted(wanted) == sorted(_DEPENDENCIES)
    extras = [text for text in found.requires or [] if "extra ==" in text]
    assert sorted(Requirement(text).name for text in extras) == sorted(_EXTRA)
    return _closed(wanted)


def _closed(names: Iterable[str]) -> set[str]:
    """Return these distributions, those that they need, and those that these need."""
    wanted, needed = list(names), set[str]()
    while wanted:
        name = wanted.pop()
        if name not in needed:
            needed.add(name)
            wanted += _needs(importlib.metadata.distribution(name))
    return needed


def _needs(distribution: importlib.metadata.Distribution) -> list[str]:
    """Return what a distribution needs here, without its extras."""
    texts = distribution.requires or []
    wanted = [Requirement(text) for text in texts]
    return [
        requirement.name.lower()
        for requirement in wanted
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    ]


def _link(distributions: set[str], packages: Path) -> None:
    """Let an environment have these distributions of the development environment."""
    for name in distributions:
        found = importlib.metadata.distribution(name)
        for part in {file.parts[0] for file in found.files or []} - {
            "..",
            packages.name,
        }:
            link = packages / part
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(part))))
