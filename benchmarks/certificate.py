"""An authority for one run, and the certificate of a server on loopback."""

import shutil
import ssl
from pathlib import Path
from typing import Final, NamedTuple

import trustme

HOST: Final = "127.0.0.1"
_ISSUER: Final = "Benchmark of one run"
# As `openssl x509 -subject_hash` prints it.
_ISSUER_FILE: Final = "c0f054ce.0"


class Certificate(NamedTuple):
    """Files: the authority's certificate, and what the server shows."""

    authority: Path
    server: Path

    def server_context(self) -> ssl.SSLContext:
        """Return what a TLS server needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        return context

    def bundle(self, name: str, trusted: str) -> Path:
        """Write what a contender trusts for AWS, followed by this authority."""
        file = self.authority.with_name(f"bundle-{name}.pem")
        file.write_text(trusted + self.authority.read_text())
        return file

    def folder(self, name: str, trusted: Path) -> Path:
        """Copy a folder of what a contender trusts for AWS, and add this authority."""
        found = self.authority.with_name(f"roots-{name}")
        shutil.rmtree(found, ignore_errors=True)
        shutil.copytree(trusted, found)
        shutil.copy(self.authority, found / _ISSUER_FILE)
        return found


def make(folder: Path) -> Certificate:
    """Write an authority's certificate and a server's, with its key."""
    authority = trustme.CA(
        organization_name=_ISSUER,
        organization_unit_name=_ISSUER,
        key_type=trustme.KeyType.ECDSA,
    )
    server = authority.issue_cert(HOST, key_type=trustme.KeyType.ECDSA)
    found = Certificate(folder / "authority.pem", folder / "server.pem")
    authority.cert_pem.write_to_path(found.authority)
    found.server.touch(mode=0o600)
    server.private_key_and_cert_chain_pem.write_to_path(found.server)
    return found
