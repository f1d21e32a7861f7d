"""The documents site: the README and docs/, as they stand, with a navigation.

Sphinx with MyST: it reads Markdown as a forge does, fails where a link or an anchor
leads nowhere, and its search works in a folder, without a server or anybody's network.
"""

from typing import Final

from sphinx.application import Sphinx

project = "API keys for Amazon API Gateway"
project_copyright = "the maintainers, Apache License 2.0"

root_doc = "README"
include_patterns = ["*.md", "docs/**.md"]
exclude_patterns = [".*", "benchmarks", "build", "examples", "local", "src", "tests"]
extensions = ["myst_parser"]
# Links name headings as a forge does.
myst_heading_anchors = 4

html_theme = "furo"
html_title = project
html_copy_source = False
html_use_index = False
# Read from a folder, the pages can't load each other: a hit is its title alone.
html_show_search_summary = False

# As the README groups them.
_NAVIGATION: Final = {
    "Use it": ["docs/cli", "docs/console", "docs/roles", "docs/backends"],
    "Deploy it": ["docs/attach", "docs/configuration", "docs/stores"],
    "Run it": ["docs/operations", "SECURITY", "docs/verify-on-aws"],
    "Move to it": ["docs/migration-ontopop", "docs/hopex", "docs/coverage"],
    "Build on it": ["docs/admin", "docs/local", "CONTRIBUTING", "docs/releasing"],
    "Understand it": [
        "docs/request-flow",
        "docs/adr/README",
        "docs/performance",
        "CHANGELOG",
    ],
}


def setup(app: Sphinx) -> None:
    """Give the pages that lead to others what a forge would only show as text."""
    app.connect("source-read", _lead_on)


def _lead_on(_: Sphinx, page: str, source: list[str]) -> None:
    if page == "README":
        for caption, pages in _NAVIGATION.items():
            source[0] += _contents(f":caption: {caption}", *pages)
    if page == "docs/adr/README":
        source[0] += _contents(":glob:", "0*")


def _contents(option: str, *pages: str) -> str:
    return "\n".join(["\n```{toctree}", ":hidden:", option, *pages, "```", ""])
