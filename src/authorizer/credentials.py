"""Where a credential is read, and what it must look like before anything is asked."""

from __future__ import annotations

from apikeys.decision import Reason
from apikeys.errors import MalformedKeyError
from apikeys.key import Key
from authorizer import basic, credential
from authorizer.header import single
from authorizer.tags import Tags

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.signing import SigningKeys
    from authorizer.credential import Credential
    from authorizer.request import Request
    from authorizer.settings import Settings

_HEADER = "x-api-key"


class Credentials:
    """Reads the one credential of a request, of the kinds that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tags = Tags()

    def read(
        self, request: Request, signing_keys: Callable[[], SigningKeys]
    ) -> Credential | Reason:
        """Return a request's credential, or why it has none that is worth a look-up.

        Args:
            request: the request.
            signing_keys: gives the signing keys; asked only for a key.
        """
        settings = self._settings
        if not settings.takes_basic:
            return self._key(request, signing_keys)
        if not settings.takes_keys:
            return self._login(request)
        has_key = single(request, _HEADER) is not Reason.MISSING
        if not basic.has_basic_scheme(request):
            return self._key(request, signing_keys)
        return Reason.AMBIGUOUS if has_key else self._login(request)

    def _login(self, request: Request) -> Credential | Reason:
        presented = basic.presented(request)
        if isinstance(presented, Reason):
            return presented
        return credential.of_login(*presented, self._settings)

    def _key(
        self, request: Request, signing_keys: Callable[[], SigningKeys]
    ) -> Credential | Reason:
        text = single(request, _HEADER)
        if isinstance(text, Reason):
            return text
        settings = self._settings
        try:
            key = Key.parse(text)
        except MalformedKeyError:
            if not settings.takes_foreign_keys:
                return Reason.MALFORMED
            found = credential.of_foreign_key(text, settings, signing_keys)
            return Reason.MALFORMED if found is None else found
        # What has the shape of a key minted here is never looked up as a foreign one.
        if settings.tag_check and not self._tags.is_genuine(key, signing_keys()):
            return Reason.FORGED
        return credential.of_key(key, settings)
