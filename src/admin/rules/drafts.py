"""What a record says about its client, before it has a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from admin.rules.role_assignment import check_roles
from admin.stores.stored_record import issued_at
from apikeys import role_name, timestamp

if TYPE_CHECKING:
    from admin.requests.base import Ending
    from admin.requests.credentials import Clone, Issue
    from admin.rules.grants import Grants
    from admin.rules.lifetimes import Lifetimes
    from admin.stores.role_map import StoredRoleMap
    from apikeys.document import Document
    from apikeys.record import Record
    from apikeys.roles import RoleMap

COPIED = (
    "client",
    "issuer",
    "name",
    "description",
    "roles",
    "enabled",
    "session",
    "allowedCidrs",
)


class Draft(NamedTuple):
    """A record to be made.

    Attributes:
        fields: what was asked for, copied or set by default.
        length: its lifetime in seconds if the request gives none; None for no end.
        plan_id: the usage plan that it joins, if any.
        role_map: the map with its roles, None if there is none yet.
    """

    fields: Document
    length: int | None
    plan_id: str | None
    role_map: RoleMap | None


class Drafts:
    """Makes drafts by the deployment's rules."""

    def __init__(
        self,
        default_issuer: str,
        grants: Grants,
        lifetimes: Lifetimes,
        role_map: StoredRoleMap,
    ) -> None:
        self._default_issuer = default_issuer
        self._grants = grants
        self._lifetimes = lifetimes
        self._role_map = role_map

    def asked_for(self, request: Issue) -> Draft:
        """Return what an ``issue`` asks for.

        Raises:
            RefusedError: 400 or 403, its roles, session or usage plan can't be granted.
        """
        defaults: Document = {
            "issuer": self._default_issuer,
            "enabled": True,
            "roles": [],
        }
        length, plan_id = self._lifetimes.default, request.usage_plan_id
        fields, role_map = self._checked(defaults | request.fields(), plan_id)
        return Draft(fields, length, plan_id, role_map)

    def copied(self, request: Clone, model: Record) -> Draft:
        """Return what a ``clone`` asks for, and what it takes from its model.

        Raises:
            RefusedError: 400 or 403, what it or its model has can't be granted.
        """
        self._grants.check_record(model)
        given = fields_of(model, COPIED) | request.fields()
        plan_id = request.usage_plan_id or model.document.get("usagePlanId")
        if not isinstance(plan_id, str):
            plan_id = None
        fields, role_map = self._checked(given, plan_id)
        return Draft(fields, self.length_of(model), plan_id, role_map)

    def length_of(self, record: Record) -> int | None:
        """Return a record's lifetime in seconds from its issue, None for no end.

        The default if it ends before it was issued, as an imported one may: a copy
        would never work.
        """
        if record.expires_at is None:
            return None
        length = record.expires_at - issued_at(record)
        return length if length > 0 else self._lifetimes.default

    def dates(self, request: Ending, begun: int, ends_at: int | None) -> Document:
        """Return the dates of a record that begins then, with this end by default."""
        return {
            "issueDate": timestamp.format_utc(begun),
            "expirationDate": self._lifetimes.expiration_date(
                request, asked_at=begun, now=begun, otherwise=ends_at
            ),
        }

    def dated(self, draft: Draft, request: Ending, begun: int) -> Document:
        """Return a draft's fields with the dates of a record that begins then."""
        ends_at = None if draft.length is None else begun + draft.length
        return draft.fields | self.dates(request, begun, ends_at)

    def _checked(
        self, given: Document, plan_id: str | None
    ) -> tuple[Document, RoleMap | None]:
        fields = {name: value for name, value in given.items() if value is not None}
        # Checked as the authorizer will read them.
        roles = role_name.normalise_all(fields.get("roles"))
        self._grants.check(roles)
        self._grants.check_fields(fields | {"usagePlanId": plan_id})
        session = fields.get("session")
        networks = fields.get("allowedCidrs")
        role_map = check_roles(
            self._role_map,
            roles,
            session=session,
            networks=networks if isinstance(networks, list) else (),
        )
        return fields, role_map


def fields_of(record: Record, names: tuple[str, ...]) -> Document:
    """Return those of some fields that a record has."""
    return {name: record.document[name] for name in names if name in record.document}
