"""An authority for one run, and the certificate of a server on loopback."""

import datetime as dt
import ipaddress
import shutil
import ssl
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST: Final = "127.0.0.1"
_ISSUER: Final = "Benchmark of one run"
# As `openssl x509 -subject_hash` prints it.
_ISSUER_FILE: Final = "30a9da8f.0"
_DAY: Final = dt.timedelta(days=1)


class Certificate(NamedTuple):
    """Files: who signed, and what the server shows."""

    authority: Path
    server: Path

    def server_context(self) -> ssl.SSLContext:
        """Return what a TLS server needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        return context

    def bundle(self, name: str, trusted: str) -> Path:
        """Write what a contender trusts at AWS, and this authority behind it."""
        file = self.authority.with_name(f"bundle-{name}.pem")
        file.write_text(trusted + self.authority.read_text())
        return file

    def folder(self, name: str, trusted: Path) -> Path:
        """Copy a folder of what a contender trusts at AWS, and add this authority."""
        found = self.authority.with_name(f"roots-{name}")
        shutil.rmtree(found, ignore_errors=True)
        shutil.copytree(trusted, found)
        shutil.copy(self.authority, found / _ISSUER_FILE)
        return found


def make(folder: Path) -> Certificate:
    """Write an authority's certificate and a server's, with its key, for two days."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    issuer = _named(_ISSUER)
    authority = (
        _begun(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    server_key = ec.generate_private_key(ec.SECP256R1())
    address = x509.IPAddress(ipaddress.ip_address(HOST))
    server = (
        _begun(_named(HOST), issuer, server_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(
            # Python 3.13 verifies with VERIFY_X509_STRICT, which asks for it.
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                authority_key.public_key()
            ),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    found = Certificate(folder / "authority.pem", folder / "server.pem")
    found.authority.write_bytes(_pem(authority))
    found.server.touch(mode=0o600)
    found.server.write_bytes(_pem(server) + _private(server_key))
    return found


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
