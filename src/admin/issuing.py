"""Issuing: the one moment in which a key's text exists here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from admin.errors import RefusedError, invalid
from admin.store import Absence, NameTakenError
from admin.view import public_view
from apikeys import digest, document, timestamp
from apikeys.errors import MalformedRecordError, MalformedSigningSecretError
from apikeys.key import derived_key_id, mint, random_key_id
from apikeys.record import SCHEMA_VERSION, Record
from apikeys.signing import SigningKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin.requests import Issue
    from admin.role_maps import RoleMaps
    from admin.settings import Settings
    from admin.store import SecretStore
    from admin.usage_plans import UsagePlans
    from apikeys.document import Document
    from apikeys.key import Key

_DESCRIPTION = "API key record"
_DAY = 86_400
_RETRY_SECONDS = 900
_USAGE_FIELDS = ("usageIdentifierKey", "usageKeyId", "usagePlanId")


class Issuing:
    """Issues keys; nothing is written before the whole request was found good."""

    def __init__(
        self,
        settings: Settings,
        store: SecretStore,
        role_maps: RoleMaps,
        usage_plans: UsagePlans,
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._store = store
        self._role_maps = role_maps
        self._usage_plans = usage_plans
        self._clock = clock

    def issue(self, request: Issue) -> Document:
        """Answer ``issue``: the key, which is never shown again, and its record."""
        now = int(self._clock())
        expires_at = self._expires_at(request, now)
        self._role_maps.check_roles(request.roles)
        key_id = (
            random_key_id(os.urandom)
            if request.request_token is None
            else derived_key_id(request.request_token)
        )
        key = mint(self._settings.key_prefix, key_id, self._signing_keys(), os.urandom)
        fields = self._fields(request, key, now, expires_at)
        try:
            record, version = self._created(key, fields, request.usage_plan_id)
        except NameTakenError as error:
            if request.request_token is None:
                message = "the new key's id is taken; try again"
                raise RefusedError(409, "key_id_taken", message) from error
            record, version = self._rekeyed(request, key, now)
        return {
            "status": 201,
            "key": key.text,
            "record": public_view(record, version, now),
        }

    def _created(
        self, key: Key, fields: Document, usage_plan_id: str | None
    ) -> tuple[Record, str]:
        if usage_plan_id is not None:
            fields |= self._usage_plans.join(key.key_id, usage_plan_id)
        record = Record.parse(document.dumps(fields), key_id=key.key_id)
        try:
            version = self._store.create(
                self._name(key.key_id), record.to_json(), _DESCRIPTION
            )
        except BaseException:
            if usage_plan_id is not None:
                self._usage_plans.leave(str(fields["usageKeyId"]))
            raise
        return record, version

    def _rekeyed(self, request: Issue, key: Key, now: int) -> tuple[Record, str]:
        """Give the record of an earlier try, whose answer was lost, this new key.

        Only a record that is still exactly what that try wrote: then the last key that
        was returned is the one that works, and nothing is revived.
        """
        used = RefusedError(
            409,
            "request_token_used",
            "requestToken: was used for another request, too long ago, or for a key "
            "that was changed since",
            field="requestToken",
        )
        stored = self._store.read(self._name(key.key_id))
        if isinstance(stored, Absence):
            raise used
        try:
            earlier = Record.parse(stored.text, key_id=key.key_id)
            issued_at = timestamp.parse(str(earlier.document.get("issueDate")))
        except (MalformedRecordError, ValueError) as error:
            raise used from error
        expires_at = self._expires_at(request, issued_at)
        expected = self._fields(request, key, issued_at, expires_at)
        expected |= {
            field: earlier.document[field]
            for field in _USAGE_FIELDS
            if field in earlier.document and request.usage_plan_id is not None
        }
        unchanged = expected | {"digest": earlier.digest} == earlier.document
        if not unchanged or now > issued_at + _RETRY_SECONDS:
            raise used
        record = Record.parse(document.dumps(expected), key_id=key.key_id)
        version = self._store.replace(
            self._name(key.key_id), record.to_json(), stored.version
        )
        return record, version

    def _fields(
        self, request: Issue, key: Key, issued_at: int, expires_at: int | None
    ) -> Document:
        hashed = digest.slow if self._settings.hashes_slowly else digest.fast
        optional = {
            "name": request.name,
            "description": request.description,
            "session": request.session,
        }
        return {
            "schemaVersion": SCHEMA_VERSION,
            "keyId": key.key_id,
            "digest": hashed(key.text),
            "client": request.client,
            "issuer": request.issuer or self._settings.default_issuer,
            "issueDate": timestamp.format_utc(issued_at),
            "expirationDate": (
                None if expires_at is None else timestamp.format_utc(expires_at)
            ),
            "enabled": request.enabled,
            "roles": sorted(set(request.roles)),
        } | {field: value for field, value in optional.items() if value is not None}

    def _expires_at(self, request: Issue, issued_at: int) -> int | None:
        longest = self._settings.max_lifetime_days
        if request.never_expires:
            if longest:
                message = f"not allowed here; keys live at most {longest} days"
                raise invalid("neverExpires", message)
            return None
        if request.expiration_date is not None:
            field, expires_at = (
                "expirationDate",
                timestamp.parse(request.expiration_date),
            )
            if expires_at <= issued_at:
                raise invalid(field, "is not in the future (UTC)")
        else:
            field = "lifetimeDays"
            days = request.lifetime_days or self._settings.default_lifetime_days
            expires_at = issued_at + days * _DAY
        if longest and expires_at > issued_at + longest * _DAY:
            raise invalid(field, f"keys live at most {longest} days here")
        return expires_at

    def _signing_keys(self) -> SigningKeys:
        stored = self._store.read(self._settings.signing_secret)
        if isinstance(stored, Absence):
            message = "the signing secret is missing"
            raise RefusedError(500, "misconfigured", message)
        try:
            return SigningKeys.parse(stored.text)
        except MalformedSigningSecretError as error:
            raise RefusedError(500, "misconfigured", str(error)) from error

    def _name(self, key_id: str) -> str:
        return f"{self._settings.secret_name_prefix}{key_id}"
