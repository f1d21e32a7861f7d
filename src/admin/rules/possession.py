"""Whose key somebody found; the whole key must prove it, as an id is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import Code, RefusedError, corrupt
from admin.principal import Principal
from admin.stores.engine import Stored
from admin.stores.stored_record import parsed
from apikeys import digest, foreign
from apikeys.errors import MalformedKeyError
from apikeys.key import Key

if TYPE_CHECKING:
    from admin.settings import Settings
    from admin.stores.records import Records
    from admin.stores.signing_secret import SigningSecret


class Possession:
    """Tells a key of this deployment from one made up with its id."""

    def __init__(
        self, settings: Settings, signing_secret: SigningSecret, records: Records
    ) -> None:
        self._settings = settings
        self._signing_secret = signing_secret
        self._records = records

    def owner(self, credential: str) -> Principal:
        """Return whose key this is, if its tag and the record's digest agree.

        A revoked record or one of OntoPop's own has no digest to compare: there the
        tag, or the id derived from the whole key, decides.

        Raises:
            RefusedError: 404, it is not a key of this deployment; 409, its record can't
                be read.
        """
        principal = self._claimed(credential)
        stored = self._records.existing(principal)
        if isinstance(stored, Stored):
            record = parsed(principal, stored).record
            try:
                is_own = digest.matches(record.digest, credential)
            except ValueError as error:
                raise corrupt(
                    principal, f"record of {principal.text}: {error}"
                ) from error
            if not is_own:
                raise _unknown()
        return principal

    def _claimed(self, credential: str) -> Principal:
        try:
            key = Key.parse(credential)
        except MalformedKeyError:
            return self._claimed_elsewhere(credential)
        if self._settings.checks_tags and not key.is_genuine(
            self._signing_secret.keys()
        ):
            raise _unknown()
        return Principal.key(key.key_id)

    def _claimed_elsewhere(self, credential: str) -> Principal:
        is_imported = foreign.is_foreign_key(credential)
        is_own = self._settings.reads_ontopop and foreign.is_nameable(credential)
        if not self._settings.takes_foreign_keys or not (is_imported or is_own):
            raise _unknown()
        naming_key = self._signing_secret.keys().naming_key
        return Principal.key(foreign.key_id_of(credential, naming_key))


def _unknown() -> RefusedError:
    message = "credential: is not a key of this deployment, to its last character; "
    message += "nothing was revoked"
    return RefusedError(Code.KEY_NOT_FOUND, message, field="credential")
