"""What `sam build` puts into each function's package."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local import checkout
from tests.subject import subject_hash

pytestmark = pytest.mark.packaged

ELF_MACHINES = {"x86_64": 62, "arm64": 183}  # EM_X86_64, EM_AARCH64
FUNCTIONS = {"AuthorizerFunction": "authorizer", "AdminFunction": "admin"}
_CLIENT = re.compile(r"""\bclient\(\s*"([a-z0-9-]+)\"""")


@pytest.fixture(scope="module", params=ELF_MACHINES)
def architecture(request: pytest.FixtureRequest) -> str:
    """Return each architecture in turn."""
    return str(request.param)


@pytest.fixture(scope="module", params=FUNCTIONS)
def function(request: pytest.FixtureRequest) -> str:
    """Return each function in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def package(
    architecture: str, function: str, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a package, made by the recipe that `sam build` runs, from a copy as there.

    The copy lacks what the recipe makes.
    """
    source = tmp_path_factory.mktemp("source") / "src"
    shutil.copytree(checkout.ROOT / "src", source)
    (source / "authorizer" / "readers" / "hosts.py").unlink()
    folder = tmp_path_factory.mktemp(function)
    answer = make(function, folder, architecture, source)
    assert answer.returncode == 0, answer.stderr
    return folder


def make(
    function: str,
    folder: Path,
    architecture: str,
    source: Path = checkout.ROOT / "src",
) -> subprocess.CompletedProcess[str]:
    """Run the recipe of one function."""
    python = checkout.ROOT / ".cache" / "venvs" / "dev" / "bin" / "python"
    return subprocess.run(
        ["make", f"build-{function}", f"ARTIFACTS_DIR={folder}", f"PYTHON={python}"],  # noqa: S607 - make is wherever it is
        capture_output=True,
        check=False,
        cwd=source,
        env=os.environ | {"ARCH": architecture, "MAKEFLAGS": ""},
        text=True,
    )


def test_libraries_are_of_the_architecture(package: Path, architecture: str) -> None:
    """Every shared library is for the processor that the function runs on."""
    libraries = list(package.rglob("*.so*"))
    assert libraries
    for library in libraries:
        machine = int.from_bytes(library.read_bytes()[18:20], "little")
        assert machine == ELF_MACHINES[architecture], library


def test_slow_hash_is_the_pinned_one(package: Path) -> None:
    """The wheel of the slow hash is the locked release, not an older one that fits."""
    requirements = (checkout.ROOT / "src/authorizer/requirements.txt").read_text()
    [line] = [
        line
        for line in requirements.splitlines()
        if line.startswith("argon2-cffi-bindings==")
    ]
    version = line.split("==")[1].split()[0]
    assert (package / f"argon2_cffi_bindings-{version}.dist-info").is_dir()


def test_package_holds_only_its_own_code(package: Path, function: str) -> None:
    """A package holds the domain and its function, nothing of the other one."""
    own = FUNCTIONS[function]
    [other] = set(FUNCTIONS.values()) - {own}
    assert (package / "apikeys").is_dir()
    assert (package / own / "handler.py").is_file()
    assert not (package / other).exists()


def test_package_holds_nothing_of_the_workshop(package: Path, function: str) -> None:
    """No CLI, tests, lock files or console scripts are deployed; bytecode is."""
    assert not (package / "apikeys_cli").exists()
    assert not (package / "bin").exists()
    own = [
        path
        for name in ("apikeys", "authorizer", "admin")
        for path in (package / name).rglob("*")
    ]
    roots = {".0"} if function == "AuthorizerFunction" else set()
    assert {path.suffix for path in own if path.is_file()} == {".py", ".pyc"} | roots


def test_bytecode_is_never_checked_against_the_source(package: Path) -> None:
    """A zip rounds times, and Lambda could not write what it would recompile."""
    for compiled in (package / "apikeys").rglob("*.pyc"):
        flags = int.from_bytes(compiled.read_bytes()[4:8], "little")
        assert flags == 0b01, compiled  # hash-based, unchecked (PEP 552)


def test_the_authorizer_trusts_the_five_amazon_roots(
    package: Path, function: str
) -> None:
    """Extracted from a pinned bundle; each file is named by its subject's hash."""
    if function == "AuthorizerFunction":
        files = list((package / "authorizer" / "amazon-roots").iterdir())
        assert len(files) == 5
        for file in files:
            assert file.name == f"{subject_hash(file.read_text())}.0"


def test_the_hosts_of_the_authorizer_are_made_when_it_is_built(
    package: Path, function: str
) -> None:
    """Out of the pinned botocore: the table that the checkout has as well."""
    if function == "AuthorizerFunction":
        made = (package / "authorizer" / "readers" / "hosts.py").read_text()
        assert made == (checkout.ROOT / "src/authorizer/readers/hosts.py").read_text()


def test_authorizer_is_small(package: Path, function: str) -> None:
    """The authorizer carries no SDK and no framework."""
    if function == "AuthorizerFunction":
        present = {path.name for path in package.iterdir()}
        assert not present & {"boto3", "botocore", "aws_lambda_powertools", "pydantic"}


def test_the_sdk_knows_the_services_that_the_function_calls_and_no_other(
    package: Path, function: str
) -> None:
    """The models of all of AWS are half of a package."""
    if function == "AdminFunction":
        called = _services_called("admin")
        assert {"secretsmanager", "dynamodb"} <= called
        data = package / "botocore" / "data"
        assert {path.name for path in data.iterdir() if path.is_dir()} == called


def test_the_last_use_function_knows_only_the_table(tmp_path: Path) -> None:
    """Its SDK has the models of what it calls."""
    answer = make("LastUseFunction", tmp_path, checkout.ARCHITECTURE)
    assert answer.returncode == 0, answer.stderr
    data = tmp_path / "botocore" / "data"
    assert {path.name for path in data.iterdir() if path.is_dir()} == (
        _services_called("last_use")
    )


def _services_called(package: str) -> set[str]:
    return {
        service
        for path in (checkout.ROOT / "src" / package).rglob("*.py")
        for service in _CLIENT.findall(path.read_text())
    }


def test_unknown_architecture_is_refused(tmp_path: Path) -> None:
    """A mistyped ARCH fails before anything is packed."""
    answer = make("AuthorizerFunction", tmp_path, "amd64")
    assert answer.returncode != 0
    assert "ARCH is 'amd64'; it must be arm64 or x86_64" in answer.stderr
    assert not list(tmp_path.iterdir())
