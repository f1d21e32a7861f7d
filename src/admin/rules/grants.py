"""What this admin function may hand out: roles, and what else is authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError
from apikeys import role_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apikeys.record import Record

# What a back end or a usage plan goes by, as it goes by roles.
_AUTHORITY = ("session", "usagePlanId")


class Grants:
    """``GrantableRoles``: every role, or the ones of a list.

    A record that holds a role outside the list is out of this function's reach, but for
    looking at it and for taking its rights away. So is one with a session or a usage
    plan where there is a list: no parameter says yet which of those may be handed out.
    """

    def __init__(self, text: str) -> None:
        """Read ``*`` or names separated by commas.

        Raises:
            ValueError: something else.
        """
        names = [name.strip() for name in text.split(",")]
        if text != "*" and not all(role_name.is_role_name(name) for name in names):
            raise ValueError("GRANTABLE_ROLES is neither * nor names of roles")
        self._roles = None if text == "*" else frozenset(names)

    @property
    def is_unlimited(self) -> bool:
        """Whether every role may be handed out."""
        return self._roles is None

    def check(self, roles: Iterable[str]) -> None:
        """Refuse an action on a record with these roles.

        Raises:
            RefusedError: 403, one of them is out of reach.
        """
        if self._roles is not None and not self._roles.issuperset(roles):
            message = "roles: this function may not grant all of the record's roles"
            raise RefusedError(Code.ROLE_NOT_GRANTABLE, message, field="roles")

    def check_fields(self, fields: Mapping[str, object]) -> None:
        """Refuse to hand out what these fields of a record or a request give.

        Raises:
            RefusedError: 403, a session or a usage plan is among them.
        """
        if self._roles is None:
            return
        for name in _AUTHORITY:
            if fields.get(name) is not None:
                message = f"{name}: a function whose GrantableRoles is not * gives none"
                raise RefusedError(Code.NOT_PERMITTED, message, field=name)

    def check_record(self, record: Record) -> None:
        """Refuse an action on a record that is out of reach.

        Raises:
            RefusedError: 403.
        """
        self.check(record.roles)
        self.check_fields(record.document)

    def check_unlimited(self, action: str) -> None:
        """Refuse an action that concerns every key.

        Raises:
            RefusedError: 403, this function is limited to some roles.
        """
        if self._roles is not None:
            message = f"{action} needs an admin function whose GrantableRoles is *"
            raise RefusedError(Code.NOT_PERMITTED, message, field="action")
