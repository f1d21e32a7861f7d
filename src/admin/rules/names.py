"""Lists of names in a setting, each exact or a prefix followed by a star."""

from __future__ import annotations


class Names:
    """The names in a list; a lone ``*`` means any, an empty list none."""

    def __init__(self, text: str, variable: str) -> None:
        """Read names separated by commas.

        Raises:
            ValueError: an empty name, or a star not at a name's end; names the
                variable.
        """
        names = [name.strip() for name in text.split(",")] if text else []
        if not all(name and "*" not in name[:-1] for name in names):
            raise ValueError(
                f"{variable} is not a list of names, each of which may end in *"
            )
        self._exact = frozenset(name for name in names if not name.endswith("*"))
        self._beginnings = tuple(n[:-1] for n in names if n.endswith("*"))

    def __contains__(self, name: object) -> bool:
        """Return whether a name is one of them."""
        if "" in self._beginnings:
            return True
        return isinstance(name, str) and (
            name in self._exact or name.startswith(self._beginnings)
        )
