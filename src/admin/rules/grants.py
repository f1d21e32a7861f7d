"""What this admin function may hand out: roles and other authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError
from admin.rules.names import Names
from apikeys import role_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self

    from admin.settings import Settings
    from apikeys.record import Record


class Grants:
    """``GrantableRoles``, and with it sessions, usage plans and clients.

    A record that holds something outside them is out of this function's reach, except
    for showing it and for taking its rights away. If every role may be granted and
    every action carried out, nothing is out of reach.
    """

    def __init__(
        self,
        roles: str,
        others: Mapping[str, Names],
        opens_without_role: Callable[[], bool],
    ) -> None:
        """Set the limits.

        Args:
            roles: ``*`` or names separated by commas.
            others: by ``Sessions``, ``Plans`` and ``Clients``; none without a limit.
            opens_without_role: whether a key without roles opens a route.

        Raises:
            ValueError: the roles are something else.
        """
        names = [name.strip() for name in roles.split(",")]
        if roles != "*" and not all(role_name.is_role_name(name) for name in names):
            raise ValueError("GRANTABLE_ROLES is neither * nor names of roles")
        self._roles = None if roles == "*" else frozenset(names)
        self._others = others
        self._opens_without_role = opens_without_role

    @classmethod
    def of(cls, settings: Settings, opens_without_role: Callable[[], bool]) -> Self:
        """Return the limits that the environment's variables set.

        Raises:
            ValueError: one is malformed, or would set no limit; names the variable.
        """
        given = {
            "Sessions": (settings.grantable_sessions, ""),
            "Plans": (settings.grantable_plans, ""),
            "Clients": (settings.grantable_clients, "*"),
        }
        others = {
            name: Names(text, f"GRANTABLE_{name.upper()}")
            for name, (text, _) in given.items()
        }
        if settings.grantable_roles == "*" and settings.admin_actions == "all":
            for name, (text, default) in given.items():
                if text != default:
                    message = f"GRANTABLE_{name.upper()} sets no limit where "
                    message += "GRANTABLE_ROLES is * and ADMIN_ACTIONS is all"
                    raise ValueError(message)
            others = {}
        return cls(settings.grantable_roles, others, opens_without_role)

    @property
    def is_unlimited(self) -> bool:
        """Whether every role may be handed out."""
        return self._roles is None

    def check(self, roles: Iterable[str]) -> None:
        """Refuse an action on a record with roles out of reach.

        Raises:
            RefusedError: 403, one of them is out of reach; or there is none, and a key
                without a role opens routes all the same.
        """
        if self._roles is None:
            return
        held = frozenset(roles)
        if not held <= self._roles:
            message = "roles: not all of the record's roles are among "
            message += _parameter("Roles")
        elif not held and self._opens_without_role():
            message = "roles: without a role, any-key opens routes, which is not "
            message += f"among {_parameter('Roles')}"
        else:
            return
        raise RefusedError(Code.ROLE_NOT_GRANTABLE, message, field="roles")

    def check_fields(self, fields: Mapping[str, object]) -> None:
        """Refuse to hand out what these fields of a record or a request grant.

        Raises:
            RefusedError: 403, a session, a usage plan or a client is out of reach.
        """
        session = fields.get("session")
        profile = session.get("profile") if isinstance(session, dict) else session
        for name, field, value in (
            ("Sessions", "session", profile),
            ("Plans", "usagePlanId", fields.get("usagePlanId")),
            ("Clients", "client", fields.get("client")),
        ):
            is_given = field == "client" or fields.get(field) is not None
            if name in self._others and is_given and value not in self._others[name]:
                message = f"{field}: is not among {_parameter(name)}"
                raise RefusedError(Code.NOT_PERMITTED, message, field=field)

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


def _parameter(name: str) -> str:
    return f"Grantable{name} (Support{name}, of the second function)"
