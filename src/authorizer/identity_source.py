"""Where a credential is read, and what it must look like before any look-up."""

from __future__ import annotations

from apikeys.decision import Reason
from apikeys.errors import MalformedKeyError
from authorizer.credential import of_login
from authorizer.events.header import single
from authorizer.minted_keys import MintedKeys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from apikeys.signing import SigningKeys
    from authorizer.credential import Credential
    from authorizer.events.rest import Request
    from authorizer.request_clock import RequestClock
    from authorizer.settings import Settings

_HEADER = "x-api-key"


class IdentitySource:
    """Reads the one credential of a request, of the kinds that the settings name."""

    def __init__(
        self, settings: Settings, signing_keys: Callable[[RequestClock], SigningKeys]
    ) -> None:
        """Make a reader of credentials; ``signing_keys`` is called only for a key."""
        self._settings = settings
        self._signing_keys = signing_keys
        self._minted_keys = MintedKeys(settings, signing_keys)

    def read(self, request: Request, clock: RequestClock) -> Credential | Reason:
        """Return a request's credential, or why it has none worth a look-up.

        Raises:
            FaultError: there are no signing keys to check a key with.
        """
        settings = self._settings
        if not settings.takes_basic:
            return self._key(request, clock)
        from authorizer.events import basic  # noqa: PLC0415 - for logins alone

        if settings.takes_keys:
            has_key = single(request, _HEADER) is not Reason.MISSING
            if not basic.has_basic_scheme(request):
                return self._key(request, clock)
            # A token is under both names; its scheme says which one it is.
            if has_key and not request.is_token:
                return Reason.AMBIGUOUS
        presented = basic.presented(request)
        if isinstance(presented, Reason):
            return presented
        return of_login(*presented, settings)

    def _key(self, request: Request, clock: RequestClock) -> Credential | Reason:
        text = single(request, _HEADER)
        if type(text) is Reason:
            return text
        # What has the shape of keys minted here is never looked up as a foreign key.
        try:
            return self._minted_keys.read(text, clock)
        except MalformedKeyError:
            pass
        if not self._settings.takes_foreign_keys:
            return Reason.MALFORMED
        from authorizer.foreign_keys import foreign_key  # noqa: PLC0415 - for these

        found = foreign_key(text, self._settings, lambda: self._signing_keys(clock))
        return Reason.MALFORMED if found is None else found
