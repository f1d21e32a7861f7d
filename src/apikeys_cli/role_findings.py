"""What the function finds in a role map, for people and in rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apikeys.finding import REFUSE, RESTRICT, TELL

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("grade", "roles", "route", "message")
_LABELS = {REFUSE: "Refused", RESTRICT: "Restricted", TELL: "Warning"}


def sentence(finding: Mapping[str, Any]) -> str:
    """Return a finding as a line: its grade, the roles concerned, and what it says."""
    roles = f" ({' '.join(finding['roles'])})" if finding["roles"] else ""
    return f"{_LABELS[finding['grade']]}{roles}: {finding['message']}"


def row(finding: Mapping[str, Any]) -> dict[str, str]:
    """Return a finding with its roles as one text."""
    return {**finding, "roles": " ".join(finding["roles"])}
