"""The name under which OpenSSL looks for a certificate in a folder."""

from __future__ import annotations

import hashlib
import ssl

_OID, _UTF8_STRING, _SEQUENCE, _SET = 0x06, 0x0C, 0x30, 0x31
# The last number of 2.5.4.…, which all attributes of a name begin with.
_ATTRIBUTES = {
    "commonName": 3,
    "countryName": 6,
    "localityName": 7,
    "stateOrProvinceName": 8,
    "organizationName": 10,
    "organizationalUnitName": 11,
}


def subject_hash(pem: str) -> str:
    """Return what ``openssl x509 -subject_hash`` prints of a root (X509_NAME_hash(3)).

    SHA-1 over the attributes with their texts in lower case and single blanks, the
    first four bytes little-endian; for names whose texts are all ASCII.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    (root,) = context.get_ca_certs()
    canonical = b"".join(
        _der(_SET, b"".join(_attribute(name, text) for name, text in part))
        for part in root["subject"]
    )
    digest = hashlib.sha1(canonical, usedforsecurity=False).digest()
    return digest[3::-1].hex()


def _attribute(name: str, text: str) -> bytes:
    value = " ".join(text.lower().split()).encode("ascii")
    oid = bytes([2 * 40 + 5, 4, _ATTRIBUTES[name]])
    return _der(_SEQUENCE, _der(_OID, oid) + _der(_UTF8_STRING, value))


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content
