"""Lists of names in a setting: each exact, or with a star for all that begin so."""

from __future__ import annotations


class Names:
    """The names of a list; ``*`` alone is any, an empty list none."""

    def __init__(self, text: str, variable: str) -> None:
        """Read names separated by commas.

        Raises:
            ValueError: an empty name, or a star that does not end one; says of which
                variable.
        """
        names = [name.strip() for name in text.split(",")] if text else []
        if not all(name and "*" not in name[:-1] for name in names):
            raise ValueError(
                f"{variable} is not a list of names, in which a * ends one at most"
            )
        self._exact = frozenset(name for name in names if not name.endswith("*"))
        self._beginnings = tuple(n[:-1] for n in names if n.endswith("*"))

    def __contains__(self, name: object) -> bool:
        """Return whether a name is one of them; none at all is any."""
        if "" in self._beginnings:
            return True
        return isinstance(name, str) and (
            name in self._exact or name.startswith(self._beginnings)
        )
