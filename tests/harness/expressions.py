"""DynamoDB's expressions, as far as the admin function uses them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.harness.client import ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    type Item = dict[str, Any]

_TEST = re.compile(r"(attribute_exists|attribute_not_exists)\(([#\w]+)\)")
_COMPARED = re.compile(r"([#\w]+) (=|<=|>) (:\w+)")
_BETWEEN = re.compile(r"([#\w]+) BETWEEN (:\w+) AND (:\w+)")
_SET = re.compile(r"([#\w.]+) = (:\w+)")
_UPDATE = re.compile(r"SET (.+?)(?: REMOVE (.+))?")


class Expressions:
    """The expressions of one request, with the names and values that they use."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._names = request.get("ExpressionAttributeNames", {})
        self._values = request.get("ExpressionAttributeValues", {})
        self._used: set[str] = set()
        self._request = request

    def check_all_used(self) -> None:
        """Refuse names and values that no expression uses, as DynamoDB does."""
        unused = (self._names.keys() | self._values.keys()) - self._used
        if unused:
            raise invalid(f"unused in expressions: {sorted(unused)}")

    def holds(self, expression: str, item: Item) -> bool:
        """Return whether a condition holds; AND binds before OR."""
        betweens = [found[0] for found in _BETWEEN.finditer(expression)]
        text = _BETWEEN.sub("BETWEEN", expression)
        # All of them are looked at, so that each name counts as used.
        found = [
            [
                self._term(betweens.pop(0) if term == "BETWEEN" else term, item)
                for term in part.split(" AND ")
            ]
            for part in text.split(" OR ")
        ]
        return any(all(part) for part in found)

    def updated(self, item: Item) -> Item:
        """Return an item as the update leaves it."""
        found = _UPDATE.fullmatch(self._request["UpdateExpression"])
        if found is None:
            raise invalid("no update expression")
        made = {name: dict(value) for name, value in item.items()}
        for path, value in (self._setting(part) for part in found[1].split(", ")):
            *parents, last = (self._name(part) for part in path.split("."))
            into = made
            for parent in parents:
                if parent not in into:
                    raise invalid("The document path is invalid for update")
                into[parent] = {"M": dict(into[parent]["M"])}
                into = into[parent]["M"]
            into[last] = self._value(value)
        for name in (found[2] or "").split(", ") if found[2] else ():
            made.pop(self._name(name), None)
        return made

    def _setting(self, part: str) -> tuple[str, str]:
        found = _SET.fullmatch(part)
        if found is None:
            raise invalid(f"no assignment: {part}")
        return found[1], found[2]

    def _term(self, term: str, item: Item) -> bool:
        if found := _TEST.fullmatch(term):
            return (self._name(found[2]) in item) is (found[1] == "attribute_exists")
        if found := _BETWEEN.fullmatch(term):
            value = _plain(item.get(self._name(found[1])))
            first, last = (_plain(self._value(found[n])) for n in (2, 3))
            return value is not None and first <= value <= last
        if found := _COMPARED.fullmatch(term):
            value = _plain(item.get(self._name(found[1])))
            given = _plain(self._value(found[3]))
            if value is None:
                return False
            return bool(
                {"=": value == given, "<=": value <= given, ">": value > given}[
                    found[2]
                ]
            )
        raise invalid(f"no condition: {term}")

    def _name(self, name: str) -> str:
        if not name.startswith("#"):
            return name
        self._used.add(name)
        return str(self._names[name])

    def _value(self, name: str) -> Any:
        self._used.add(name)
        return self._values[name]


def invalid(message: str) -> ServiceError:
    """Return DynamoDB's answer to an invalid request."""
    return ServiceError("ValidationException", message)


def _plain(value: Any) -> Any:
    if value is None:
        return None
    ((kind, text),) = value.items()
    return int(text) if kind == "N" else text
