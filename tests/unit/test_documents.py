"""The documents keep up with the code, and point only to what is there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from admin.errors import Code
from admin.requests.any_request import AnyRequest
from apikeys.decision import Reason
from apikeys.errors import FaultError
from local.checkout import ROOT
from tests.templates import written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCS = sorted((ROOT / "docs").rglob("*.md"))
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md")),
    *DOCS,
]
MAKEFILE = (ROOT / "Makefile").read_text()
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SCANNING_RULE = re.compile(r"\b[a-z][a-z0-9]{1,11}_[0-9A-Za-z]{16}_[0-9A-Za-z]{65}\b")
TEMPLATE = written()


def text_of(name: str) -> str:
    """Return a document under docs/."""
    return (ROOT / "docs" / name).read_text()


def relative(document: Path) -> str:
    """Return a document's path as a person gives it."""
    return str(document.relative_to(ROOT))


def variables(node: object) -> Iterator[str]:
    """Yield the names of all environment variables that the template sets."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "Environment" and isinstance(value, dict):
                yield from value["Variables"]
            else:
                yield from variables(value)
    elif isinstance(node, list):
        for item in node:
            yield from variables(item)


def resources(kind: str) -> list[str]:
    """Return the template's resources of a type."""
    return [n for n, r in TEMPLATE["Resources"].items() if r["Type"] == kind]


def anchors(document: Path) -> set[str]:
    """Return what a link may name behind ``#``: the headings, as GitHub spells them."""
    without_code = FENCE.sub("", document.read_text())
    headings = re.findall(r"^#+ +(.+)$", without_code, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


def links(document: Path) -> list[tuple[str, str]]:
    """Return the relative links of a document: file and anchor, either may be empty."""
    without_code = FENCE.sub("", document.read_text())
    targets = re.findall(r"\]\(([^)\s]+)\)", without_code)
    pairs = [target.partition("#") for target in targets if "://" not in target]
    return [(path, anchor) for path, _, anchor in pairs]


def code(document: Path) -> str:
    """Return all code of a document, in blocks and in lines."""
    text = document.read_text()
    blocks = [match[2] for match in FENCE.finditer(text)]
    return "\n".join([*blocks, *re.findall(r"`([^`]+)`", FENCE.sub("", text))])


def json_blocks(document: Path) -> list[Any]:
    """Return what the JSON blocks of a document hold."""
    blocks = FENCE.finditer(document.read_text())
    return [json.loads(block[2]) for block in blocks if block[1] == "json"]


def requests() -> list[dict[str, Any]]:
    """Return the examples of requests to the admin function."""
    blocks = json_blocks(ROOT / "docs" / "admin.md")
    return [block for block in blocks if "action" in block]


@pytest.mark.parametrize("name", TEMPLATE["Parameters"])
def test_every_parameter_is_documented(name: str) -> None:
    """Each parameter of the template is named in the page on configuration."""
    assert f"`{name}`" in text_of("configuration.md")


@pytest.mark.parametrize("name", sorted(set(variables(TEMPLATE))))
def test_every_environment_variable_is_documented(name: str) -> None:
    """Each variable that the template sets is named in the page on configuration."""
    assert f"`{name}`" in text_of("configuration.md")


@pytest.mark.parametrize("name", TEMPLATE["Outputs"])
def test_every_output_is_documented(name: str) -> None:
    """Each output of the template is named in the page on configuration."""
    assert f"`{name}`" in text_of("configuration.md")


@pytest.mark.parametrize("name", resources("AWS::CloudWatch::Alarm"))
def test_every_alarm_says_what_to_do(name: str) -> None:
    """Each alarm of the template is named in the page on operations."""
    assert f"`{name}`" in text_of("operations.md")


def test_defaults_are_the_templates() -> None:
    """Where the page gives a parameter's default, it is the template's."""
    page = text_of("configuration.md")
    given = re.findall(r"\*\*`(\w+)`\*\* \((?:`([^`]+)`|([^`;)]+))[;)]", page)
    assert len(given) >= len(TEMPLATE["Parameters"]) - 2  # two share a line
    for name, quoted, bare in given:
        wanted = str(TEMPLATE["Parameters"][name]["Default"])
        assert (quoted or bare) == (wanted or "empty"), name


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_documented(reason: Reason) -> None:
    """Each reason of a decision is on the page about a request's way."""
    assert f"`{reason}`" in text_of("request-flow.md")


@pytest.mark.parametrize("fault", FaultError.__subclasses__())
def test_every_fault_is_documented(fault: type[FaultError]) -> None:
    """Each reason of a fault is on the page about a request's way."""
    assert f"`{fault.reason}`" in text_of("request-flow.md")


def test_every_action_is_documented() -> None:
    """Each action of the admin function has a heading and an example of a request."""
    schema = TypeAdapter(AnyRequest).json_schema()
    actions = set(schema["discriminator"]["mapping"])
    headings = re.findall(r"^## (.+)$", text_of("admin.md"), re.MULTILINE)
    assert actions <= set(re.findall(r"[\w.]+", " ".join(headings)))
    # The example of disable serves for enable, too.
    assert actions - {"enable"} <= {request["action"] for request in requests()}


@pytest.mark.parametrize("request_", requests(), ids=lambda r: r["action"])
def test_examples_of_requests_are_good(request_: dict[str, Any]) -> None:
    """The admin function takes each example of a request for one."""
    TypeAdapter(AnyRequest).validate_python(request_)


def test_every_error_code_is_documented() -> None:
    """Each code that an answer may have is in the page's table, and nothing else."""
    rows = re.findall(
        r"^\| ([45]\d\d) \| `(\w+)` \|", text_of("admin.md"), re.MULTILINE
    )
    assert len(rows) == len(set(rows))
    assert {(str(code.status), str(code)) for code in Code} == set(rows)


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_links_lead_somewhere(document: Path) -> None:
    """Each relative link points to a file, and to a heading where it names one."""
    for path, anchor in links(document):
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), path
        if anchor:
            assert anchor in anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_files_that_are_named_exist(document: Path) -> None:
    """Each path in code that begins at the checkout's top is one of it."""
    folders = "src|tests|docs|local|examples|benchmarks|requirements"
    text = FENCE.sub("", document.read_text())
    for path in re.findall(rf"`((?:{folders})/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path


def test_a_reader_finds_where_each_promise_is_decided() -> None:
    """The map names for each of them files that decide and a test, all there."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    table = page.split("## Where is it decided?")[1].split("\n## ")[0]
    rows = [
        line.strip("| ").split(" | ")
        for line in table.splitlines()
        if line.startswith("| ")
    ]
    assert len(rows) == 1 + 21
    for promise, decided, held in rows[1:]:
        for folder, cell in (("src", decided), ("tests", held)):
            paths = re.findall(r"`([^`]+)`", cell)
            assert paths, promise
            for path in paths:
                assert (ROOT / folder / path).is_file(), path


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_make_targets_exist(document: Path) -> None:
    """Each target of make that a document names is one."""
    for target in re.findall(r"\bmake ([a-z][a-z-]*)", code(document)):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


@pytest.mark.parametrize("document", DOCS, ids=relative)
def test_lines_fit(document: Path) -> None:
    """No line of a page is longer than 120 columns, but in two kinds of tables."""
    figures = re.compile("<!-- (?:figures|coverage): .*?<!-- .*? -->", re.DOTALL)
    text = figures.sub("", document.read_text())
    for line in text.splitlines():
        assert len(line) <= 120, line


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_json_is_json(document: Path) -> None:
    """Each block marked as JSON can be read as JSON."""
    json_blocks(document)


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_no_document_looks_like_a_leak(document: Path) -> None:
    """No document holds what a secret scanner would take for a key."""
    assert not SCANNING_RULE.search(document.read_text())


def test_every_decision_is_listed() -> None:
    """The list of the ADRs has them all."""
    adrs = ROOT / "docs" / "adr"
    listed = (adrs / "README.md").read_text()
    for document in adrs.glob("0*.md"):
        assert f"({document.name})" in listed
