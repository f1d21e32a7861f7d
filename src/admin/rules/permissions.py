"""``AdminActions``: which actions this admin function carries out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from admin.errors import Code, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.requests.base import Request

_READ: Final = frozenset({"get", "list", "verify", "usage", "roles.get", "roles.check"})
_SUPPORT: Final = frozenset({"get", "list", "verify", "usage", "disable", "confirm"})
_NOTIFY: Final = frozenset({"notify"})
# One hands out a credential, the other lifts somebody's lock: they need a limit.
_WITHIN_LIMITS: Final = frozenset({"enable", "rotate"})


# A rotation that only replaces what a client already holds has no more than these.
_HANDED_ON: Final = frozenset(
    {
        "action",
        "key_id",
        "login",
        "overlap_seconds",
        "request_token",
        "await_confirmation",
        "deliver_to",
    }
)


class Permissions:
    """The actions of one choice; an action that no choice names is for ``all``."""

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

    def check(self, action: str, request: Request) -> None:
        """Refuse an action that is not among them.

        Raises:
            RefusedError: 403, names the parameter.
        """
        if self._allowed is None or action in self._allowed:
            return
        message = f"{action}: not with AdminActions {self._choice} (SupportActions, of "
        message += "the second function)"
        if action in _WITHIN_LIMITS and self._choice == "support":
            if action == "rotate" and getattr(request, "deliver_to", None):
                self._check_handed_on(request)
                return
            message = f"{action}: with AdminActions support only where GrantableRoles "
            message += "is not * (SupportActions and SupportRoles, of the second "
            message += "function)"
            if action == "rotate":
                message += ", or with deliverTo"
        raise RefusedError(Code.NOT_PERMITTED, message, field="action")

    def check_recipient(self, holds_it: Callable[[], bool]) -> None:
        """Refuse a rotation that would give a key to somebody who had none.

        Args:
            holds_it: returns whether the secret to deliver to holds what is rotated,
                which has not ended.

        Raises:
            RefusedError: 403, it does not, and nothing else limits this function.
        """
        if self._allowed is None or "rotate" in self._allowed or holds_it():
            return
        message = "deliverTo: with AdminActions support and GrantableRoles * "
        message += "(SupportActions and SupportRoles, of the second function) only a "
        message += "secret that holds the key or password now, which has not ended"
        raise RefusedError(Code.NOT_PERMITTED, message, field="deliverTo")

    def _check_handed_on(self, request: Request) -> None:
        more = sorted(request.model_fields_set - _HANDED_ON)
        if more:
            message = "with AdminActions support and GrantableRoles * (SupportActions "
            message += "and SupportRoles, of the second function) a rotation changes "
            message += "neither the end nor whether the key is enabled"
            raise RefusedError(Code.NOT_PERMITTED, message, field="action")
