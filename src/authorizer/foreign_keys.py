"""Keys minted elsewhere; loaded only where the deployment accepts them."""

from __future__ import annotations

from apikeys import foreign
from authorizer.credential import ForeignKey, Reference, record_of_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.signing import SigningKeys
    from authorizer.settings import Settings


def foreign_key(
    text: str, settings: Settings, signing_keys: Callable[[], SigningKeys]
) -> ForeignKey | None:
    """Return a key minted elsewhere as a credential, None if it can't be one.

    The imported record decides if there is one; OntoPop's own counts only if there
    never was one.
    """
    may_be_imported = foreign.is_foreign_key(text)
    may_be_ontopops = settings.reads_ontopop and foreign.is_nameable(text)
    # The grammar first: nothing is read or computed for what can't be a key.
    if not (may_be_imported or may_be_ontopops):
        return None
    keys = signing_keys()
    key_id = foreign.key_id_of(text, keys.naming_key)
    prefix = settings.secret_name_prefix
    references = []
    if may_be_imported and keys.lookup is not None:
        references.append(Reference(prefix + key_id, key_id, record_of_key))
    if may_be_ontopops:
        read = foreign.parse_ontopop_record
        references.append(Reference(prefix + text, key_id, read))
    return ForeignKey(text, tuple(references), key_id)
