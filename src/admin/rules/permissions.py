"""``AdminActions``: which actions this admin function carries out at all."""

from __future__ import annotations

from typing import Final

from admin.errors import Code, RefusedError

_READ: Final = frozenset({"get", "list", "verify", "usage", "roles.get", "roles.check"})
_SUPPORT: Final = frozenset({"get", "list", "verify", "usage", "disable", "confirm"})
_NOTIFY: Final = frozenset({"notify"})
# One hands out a credential, the other undoes somebody's lock: they need a limit.
_WITHIN_LIMITS: Final = frozenset({"enable", "rotate"})


class Permissions:
    """The actions of one choice; an action that none names is for ``all``."""

    def __init__(self, choice: str, *, grants_every_role: bool) -> None:
        """Choose the actions.

        Args:
            choice: ``all``, ``support``, ``read``, or ``notify``, the schedule's own.
            grants_every_role: whether ``GrantableRoles`` sets no limit.
        """
        self._choice = choice
        self._allowed = {
            "all": None,
            "support": _SUPPORT if grants_every_role else _SUPPORT | _WITHIN_LIMITS,
            "read": _READ,
            "notify": _NOTIFY,
        }[choice]

    def check(self, action: str) -> None:
        """Refuse an action that is not among them.

        Raises:
            RefusedError: 403, names the parameter.
        """
        if self._allowed is None or action in self._allowed:
            return
        message = f"{action}: not with AdminActions {self._choice} (SupportActions, of "
        message += "the second function)"
        if action in _WITHIN_LIMITS and self._choice == "support":
            message = f"{action}: with AdminActions support only where GrantableRoles "
            message += "is not * (SupportActions and SupportRoles, of the second "
            message += "function)"
        raise RefusedError(Code.NOT_PERMITTED, message, field="action")
