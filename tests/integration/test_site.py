"""The documents site, as ``make docs`` builds it and a folder shows it."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from local import browser
from local.checkout import ROOT, VENVS

_SITE = ROOT / "build" / "site"
_DOCUMENTS = [
    *(f"{name}.md" for name in ("README", "SECURITY", "CONTRIBUTING", "CHANGELOG")),
    *(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")),
]
# What a page loads by itself; a link is for a person to follow.
_LOADING = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
}


class _Assets(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the address that such an element names."""
        address = dict(attrs).get(_LOADING.get(tag, ""))
        if address is not None:
            self.found.append(address)


@pytest.fixture(scope="module")
def pages() -> list[Path]:
    """Return the site's pages, freshly built."""
    make = shutil.which("make")
    assert make is not None
    subprocess.run([make, "docs"], check=True, cwd=ROOT)
    return sorted(_SITE.rglob("*.html"))


def test_every_document_is_a_page(pages: list[Path]) -> None:
    """And the README is the one that opens first."""
    assert {_SITE / Path(name).with_suffix(".html") for name in _DOCUMENTS} < {*pages}
    assert (_SITE / "index.html").read_text() == (_SITE / "README.html").read_text()


def test_no_page_loads_anything_from_elsewhere(pages: list[Path]) -> None:
    """No font, no script, no picture: what it needs is in the folder."""
    for page in pages:
        assets = _Assets()
        assets.feed(page.read_text())
        assert assets.found, page
        for address in assets.found:
            path = address.partition("?")[0].partition("#")[0]
            assert not path or (page.parent / path).is_file(), f"{page.name}: {address}"
    for style in _SITE.rglob("*.css"):
        text = style.read_text()
        assert "url(http" not in text, style
        assert "url(//" not in text, style
        assert "@import" not in text, style


def test_what_is_linked_besides_the_documents_is_in_the_site(pages: list[Path]) -> None:
    """Examples and templates, for readers who have only the site."""
    names = {path.name for path in (_SITE / "_downloads").rglob("*.*")}
    assert pages
    assert names >= {"five-clients.sh", "template.yaml", "admin.schema.json"}


@pytest.mark.parametrize(
    ("link", "trouble"),
    [
        ("[a](docs/nowhere.md)", "'docs/nowhere.md'"),
        ("[a](#no-heading)", "'no-heading'"),
        ("[a](examples)", "'examples'"),
    ],
)
def test_a_broken_link_fails(tmp_path: Path, link: str, trouble: str) -> None:
    """To a file, to a heading, to a folder; which the pages can't show."""
    (tmp_path / "README.md").write_text(f"# A page\n\n{link}\n")
    command = [VENVS / "docs" / "bin" / "sphinx-build", "--fail-on-warning"]
    folders = ["--conf-dir", ROOT / "docs", tmp_path, tmp_path / "site"]
    done = subprocess.run(
        [*command, "--keep-going", *folders],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode != 0
    assert any(
        trouble in line and "xref_missing" in line for line in done.stderr.splitlines()
    ), done.stderr


@pytest.mark.skipif(
    browser.executable() is None, reason="no Chromium: see make browser"
)
def test_a_folder_is_searched_without_a_server(pages: list[Path]) -> None:
    """Opened as files, with nothing asked of any network."""
    assert pages
    asked: list[str] = []
    with browser.launched() as launched:
        page = launched.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((_SITE / "index.html").as_uri())
        page.get_by_placeholder("Search").fill("sister key")
        page.get_by_placeholder("Search").press("Enter")
        # The page before has such a link as well, and is about to go.
        page.wait_for_url("**/search.html*")
        page.get_by_text("Search finished").wait_for()
        found = page.locator("#search-results")
        found.get_by_role("link", name="0009: Rotation by sister key").click()
        page.wait_for_url("**/0009-rotation-by-sister-key.html*")
    assert all(url.startswith("file:") for url in asked), asked
