"""The records that OntoPop itself wrote, whose names contain the keys in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import broken_off, not_revocable
from admin.principal import Principal
from admin.stores.engine import MAX_NAMES, Stored
from apikeys import foreign
from apikeys.errors import MalformedRecordError, NotOntoPopError

if TYPE_CHECKING:
    from admin.stores.engine import Engine
    from admin.stores.signing_secret import SigningSecret


class OntoPop:
    """Finds the OntoPop record that a key id stands for, without showing its name."""

    def __init__(
        self, prefix: str, store: Engine, signing_secret: SigningSecret
    ) -> None:
        self._prefix = prefix
        self._store = store
        self._signing_secret = signing_secret

    def revoke(self, key_id: str, recovery_days: int) -> bool:
        """Delete OntoPop's own record; False if there is none.

        Raises:
            RefusedError: 409, Secrets Manager does not delete it; 503, the list of
                names broke off before it was found.

        Only the key itself leads from an id to its name, so all names are read.
        """
        naming_key = self._signing_secret.keys().naming_key
        token = None
        while True:
            page = self._store.names([self._prefix], limit=MAX_NAMES, token=token)
            if page is None:
                raise broken_off()
            for name in page.notes:
                text = name.removeprefix(self._prefix)
                if (
                    not foreign.is_nameable(text)
                    or foreign.key_id_of(text, naming_key) != key_id
                    or self._is_ours(name, key_id)
                ):
                    continue
                if not (
                    self._store.delete(name, recovery_days) or self._store.is_gone(name)
                ):
                    advice = "remove the replicas, and revoke it again"
                    raise not_revocable(Principal.key(key_id), advice)
                return True
            token = page.token
            if token is None:
                return False

    def _is_ours(self, name: str, key_id: str) -> bool:
        """Return whether the record was made here, as its name may look the same."""
        stored = self._store.read(name)
        try:
            foreign.parse_ontopop_record(
                stored.text if isinstance(stored, Stored) else "", key_id
            )
        except NotOntoPopError:
            return True
        except MalformedRecordError:
            return False
        return False
