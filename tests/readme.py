"""A document's commands, as a reader would copy them."""

from local import checkout


def commands(heading: str, document: str = "README.md") -> list[str]:
    """Return the commands of a section, without prompts and remarks."""
    text = (checkout.ROOT / document).read_text()
    section = text.split(f"\n## {heading}")[1].split("\n## ")[0]
    return [
        line.removeprefix("$ ").split("   #")[0].strip()
        for line in section.splitlines()
        if line.startswith("$ ")
    ]
