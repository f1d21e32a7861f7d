"""Which authorities a TLS connection to AWS trusts.

Loading the default store of some 150 authorities takes twice as long as an empty
function takes to start. AWS's endpoints have certificates from Amazon's own
authorities; their roots are put into the package when it is built (src/Makefile), in a
folder from which OpenSSL reads the one that it needs.
"""

from __future__ import annotations

import os.path
import ssl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Not pathlib, which is slow to import.
_PACKAGE = os.path.dirname(os.path.dirname(__file__))
AMAZON_ROOTS = os.path.join(_PACKAGE, "amazon-roots")


class Trust:
    """The authorities trusted first, and whether the default store comes next."""

    def __init__(self, roots: str | None, *, widens: bool) -> None:
        """Trust the certificates in a file or a folder, None for the default store."""
        self._roots = roots
        self._widens = widens
        self._context: ssl.SSLContext | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Trust:
        """Trust only ``AWS_CA_BUNDLE``, or Amazon's roots, or the default store."""
        bundle = environ.get("AWS_CA_BUNDLE")
        if bundle:
            return cls(bundle, widens=False)
        if os.path.exists(AMAZON_ROOTS):
            return cls(AMAZON_ROOTS, widens=True)
        return cls(None, widens=False)

    def context(self) -> ssl.SSLContext:
        """Return the TLS context: certificates and host names are always checked."""
        if self._context is None:
            self._context = _context(self._roots)
        return self._context

    def widen(self) -> bool:
        """Trust the default store from now on; False where that changes nothing.

        The roots in a package age: what they can't verify, the default store may.
        """
        if not self._widens:
            return False
        self._widens, self._roots, self._context = False, None, None
        return True


def _context(roots: str | None) -> ssl.SSLContext:
    if roots is None:
        return ssl.create_default_context()
    # Like create_default_context, which would do more than the handshake needs.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    if os.path.isdir(roots):
        context.load_verify_locations(capath=roots)
    else:
        context.load_verify_locations(roots)
    return context
