"""What imports what: arrows to the domain, the standard library on the hot path."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.builders import a_key, record_text, rest_event
from tests.fakes import FakeReader

_SOURCE = Path(__file__).parents[2] / "src"
_OURS = {"admin", "apikeys", "apikeys_cli", "authorizer", "last_use"}

# Reads what the store holds and an event; writes what was answered and loaded.
_DECIDE = """
import json, sys
given = json.load(sys.stdin)

class Reader:
    def read(self, name, deadline):
        return given["values"][name]

class Context:
    aws_request_id = "id"
    def get_remaining_time_in_millis(self):
        return 10_000

from authorizer import handler
handler._authorizer._store._source._reader = Reader()
answer = handler.lambda_handler(given["event"], Context())
print(json.dumps([answer["principalId"], list(sys.modules)]))
"""


def _imported(package: str) -> dict[str, set[str]]:
    """Return, for each module of a package, the packages it imports anywhere."""
    found = {}
    for path in (_SOURCE / package).rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        names = {
            name
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not any(
            isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree)
        )
        module = str(path.relative_to(_SOURCE))
        found[module] = {name.partition(".")[0] for name in names}
    assert found
    return found


@pytest.mark.parametrize(
    ("package", "may_import"),
    [
        ("apikeys", {"apikeys"}),
        ("authorizer", {"authorizer", "apikeys"}),
        ("admin", {"admin", "apikeys"}),
        ("last_use", {"last_use", "apikeys"}),
        ("apikeys_cli", {"apikeys_cli", "apikeys"}),
    ],
)
def test_imports_run_to_the_domain(package: str, may_import: set[str]) -> None:
    """Never sideways, never up."""
    strays = {
        module: roots & _OURS - may_import
        for module, roots in _imported(package).items()
        if roots & _OURS - may_import
    }
    assert strays == {}


# The rooms of the admin function from the ground up; what stands beside the rooms is a
# room of its own. Each may import what is below it.
_ADMIN_ROOMS = (
    {"principal", "errors", "settings", "measures", "fields", "requests", "answers"}
    | {"violations"},
    {"stores"},
    {"rules"},
    {"deployment"},
    {"actions"},
    {"dispatch"},
    {"handler"},
)
# What an action may share with another.
_SHARED = "admin.actions.views"


def _admin_imports() -> dict[str, set[str]]:
    """Return, for each module of the admin function, the ones of it that it imports."""
    files = {
        ".".join(path.relative_to(_SOURCE).with_suffix("").parts): path
        for path in (_SOURCE / "admin").rglob("*.py")
        if path.name != "__init__.py"
    }
    found = {}
    for module, path in files.items():
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        names = {
            name
            for node in nodes
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            for name in (str(node.module), f"{node.module}.{alias.name}")
        } | {
            alias.name
            for node in nodes
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        found[module] = names & files.keys()
    return found


def _room(module: str) -> int:
    room = module.split(".")[1]
    (found,) = (n for n, rooms in enumerate(_ADMIN_ROOMS) if room in rooms)
    return found


def test_the_rooms_of_the_admin_function_import_downwards() -> None:
    """Actions go by rules and stores, rules by stores, an action by no other one."""
    offending = [
        f"{module} imports {imported}"
        for module, names in _admin_imports().items()
        for imported in sorted(names)
        if _room(imported) > _room(module)
        or (
            module.startswith("admin.actions.")
            and imported.startswith("admin.actions.")
            and imported != _SHARED
        )
    ]
    assert offending == []


def test_the_admin_function_imports_in_no_circle() -> None:
    """Not for types either: what needs each other is one module."""
    imports = _admin_imports()
    assert any(imports.values())
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle = " imports ".join(reversed(error.args[1]))
        pytest.fail(circle)


# The rooms of the command line, each with those that it may import from.
_CLI_ROOMS = {
    "main": {"commands", "options", "terminal", ""},
    "commands": {"batch", "console", "health", "options", "roles", "terminal", ""},
    "batch": {"roles", "terminal", ""},
    "console": {"health", "roles", "terminal", ""},
    "health": {"roles", "terminal", ""},
    "options": {"roles", "terminal", ""},
    "roles": {"terminal", ""},
    "terminal": {"roles", ""},
    "": {"roles", "terminal"},
}


def _cli_imports() -> dict[str, set[str]]:
    """Return, for each module of the command line, those of it that it imports."""
    files = (_SOURCE / "apikeys_cli").rglob("*.py")
    names = {
        ".".join(path.relative_to(_SOURCE).with_suffix("").parts): path
        for path in files
        if path.name != "__init__.py"
    }
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        imported = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
                imported |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
        found[name] = imported & names.keys()
    assert found
    return found


def _cli_room(module: str) -> str:
    _, first, *rest = module.split(".")
    return first if rest or first == "main" else ""


def test_the_command_line_imports_downwards() -> None:
    """Commands from batch, health and options, those from terminal and what is shared.

    The role map, the terminal and what stands in no room may know one another, module
    by module.
    """
    strays = [
        f"{module} imports {imported}"
        for module, found in _cli_imports().items()
        for imported in found
        if _cli_room(imported)
        not in {_cli_room(module), *_CLI_ROOMS[_cli_room(module)]}
    ]
    assert strays == []


def test_no_module_of_the_command_line_imports_itself_around_a_corner() -> None:
    """Not even for a type: a circle is one noun in two files, or two in one."""
    left = _cli_imports()
    # Takes away what imports nothing that is left; a circle is never taken.
    while free := [module for module, found in left.items() if not found & left.keys()]:
        for module in free:
            del left[module]
    assert {module: found & left.keys() for module, found in left.items()} == {}


@pytest.mark.parametrize("package", ["apikeys", "authorizer"])
def test_what_the_authorizer_loads_is_loaded_in_no_circle(package: str) -> None:
    """By what a module imports as it is loaded: not for a type, and not later on."""
    files = {
        ".".join(path.relative_to(_SOURCE).with_suffix("").parts): path
        for path in (_SOURCE / package).rglob("*.py")
    }
    imports = {
        module: {
            name
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            for name in (str(node.module), f"{node.module}.{alias.name}")
        }
        & files.keys() - {module}
        for module, path in files.items()
    }
    assert any(imports.values())
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize(
    ("package", "third_party"),
    [
        ("apikeys", {"_argon2_cffi_bindings", "argon2"}),
        ("authorizer", {"boto3", "botocore"}),
    ],
)
def test_the_hot_path_names_no_other_third_party(
    package: str, third_party: set[str]
) -> None:
    """argon2 for a record that needs it, boto3 where credentials are elsewhere."""
    roots = set().union(*_imported(package).values())
    assert roots - sys.stdlib_module_names - _OURS == third_party


def test_deciding_about_a_key_loads_only_the_standard_library() -> None:
    """In a process of its own, as Lambda starts one: import, decide, look."""
    key, reader = a_key(), FakeReader()
    reader.keep(key, record_text(key, expirationDate=None))
    environ = {
        "PYTHONPATH": str(_SOURCE),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "eu-west-1",
        "SIGNING_SECRET": "signing",
    }
    done = subprocess.run(
        # Without site: its .pth files import what they like.
        [sys.executable, "-S", "-W", "error", "-c", _DECIDE],
        input=json.dumps({"values": reader.values, "event": rest_event(key.text)}),
        env=environ | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    decision, (principal, loaded) = map(json.loads, done.stdout.splitlines())
    assert (decision["reason"], principal) == ("granted", key.key_id)
    ours = {"__main__", "apikeys", "authorizer"}
    roots = {name.partition(".")[0] for name in loaded}
    assert roots - sys.stdlib_module_names == ours
    # Nor what only logins or keys minted elsewhere need.
    spared = {"authorizer.events.basic", "authorizer.foreign_keys", "apikeys.foreign"}
    # Nor what only records with networks need.
    spared.add("apikeys.networks")
    # Nor what reads answers that AWS does not give.
    spared |= {"authorizer.readers.any_response", "http.client", "email"}
    spared |= {"urllib.parse", "ipaddress"}
    assert spared.isdisjoint(loaded)
