"""The README's commands, as a reader would copy them."""

from local import checkout


def commands(heading: str) -> list[str]:
    """Return the commands of a section, without prompts and remarks."""
    readme = (checkout.ROOT / "README.md").read_text()
    section = readme.split(f"## {heading}")[1].split("\n## ")[0]
    return [
        line.removeprefix("$ ").split("   #")[0].strip()
        for line in section.splitlines()
        if line.startswith("$ ")
    ]
