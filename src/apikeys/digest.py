"""What a record keeps instead of the credential.

``$sha256$…`` for keys minted here: 256 random bits need no slow hash.
``$argon2id$…`` (RFC 9106, PHC string format) for everything a person may have chosen.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, b2a_base64
from contextlib import suppress
from hashlib import sha256
from hmac import compare_digest

from apikeys.text import ALPHANUMERIC, consists_of

SLOW = "$argon2id$"
_FAST = "$sha256$"
_FAST_LENGTH = len(_FAST) + 43
_BASE64URL = f"{ALPHANUMERIC}-_"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# Compiled when the first record needs it.
_SLOW = (
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,6}),t=([1-9][0-9]{0,2}),p=([1-9][0-9]{0,2})"
    r"\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})"
)
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1
_ONE_PASS_MEMORY_KIB = 47_104
_MOST_MEMORY_KIB, _MOST_PASSES, _MOST_LANES = 131_072, 10, 4


def fast(credential: str) -> str:
    """Return ``$sha256$<base64url, unpadded>`` of a credential of 256 random bits."""
    # base64 costs one more import than binascii, which it wraps.
    encoded = b2a_base64(sha256(credential.encode()).digest(), newline=False)
    return _FAST + encoded.translate(_URL_SAFE, b"=").decode()


def slow(credential: str) -> str:
    """Return an argon2id digest (m=19456, t=2, p=1) under a fresh random salt."""
    import argon2  # noqa: PLC0415 - slow to import, needed by few records

    hasher = argon2.PasswordHasher(
        time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES
    )
    return hasher.hash(credential)


def is_slow(digest: str) -> bool:
    """Return whether checking this digest takes a slow hash."""
    return digest.startswith(SLOW)


def check(digest: str) -> None:
    """Refuse a text that is not a digest, or whose parameters are out of bounds.

    Raises:
        ValueError: another grammar; argon2id below m=19456, t=2 (or m=47104, t=1)
            or above m=131072, t=10, p=4.
    """
    if digest.startswith(_FAST) and len(digest) == _FAST_LENGTH:
        if consists_of(digest.removeprefix(_FAST), _BASE64URL):
            return
        raise ValueError("not a digest")
    match = re.fullmatch(_SLOW, digest)
    if match is None:
        raise ValueError("not a digest")
    memory, passes, lanes = int(match[1]), int(match[2]), int(match[3])
    strong = memory >= (_MEMORY_KIB if passes >= _PASSES else _ONE_PASS_MEMORY_KIB)
    bounded = (
        memory <= _MOST_MEMORY_KIB and passes <= _MOST_PASSES and lanes <= _MOST_LANES
    )
    if not (strong and bounded):
        raise ValueError("argon2id parameters out of bounds")


def have_one_salt(one: str, other: str) -> bool:
    """Return whether one slow hash is enough to check both digests."""
    return is_slow(one) and one.rpartition("$")[0] == other.rpartition("$")[0]


def like(stored: str, credential: str) -> str:
    """Return the digest of a credential under the kind and the salt of another.

    Raises:
        ValueError: an argon2id digest that argon2 itself can't read.
    """
    if not is_slow(stored):
        return fast(credential)
    match = re.fullmatch(_SLOW, stored)
    if match is None:
        raise ValueError("not a digest")
    made = argon2id(
        credential.encode(),
        _decoded(match[4]),
        memory_kib=int(match[1]),
        passes=int(match[2]),
        lanes=int(match[3]),
        length=len(_decoded(match[5])),
    )
    encoded = b2a_base64(made, newline=False).rstrip(b"=").decode()
    return f"{stored.rpartition('$')[0]}${encoded}"


def argon2id(  # noqa: PLR0913 - the parameters of RFC 9106
    secret: bytes,
    salt: bytes,
    *,
    memory_kib: int,
    passes: int,
    lanes: int,
    length: int,
) -> bytes:
    """Return the argon2id hash (RFC 9106, version 19) of a secret: the slow hash.

    Raises:
        MemoryError: there is not enough memory.
        RuntimeError: argon2 refused; nothing was compared.
    """
    # Only the bindings of argon2-cffi: importing the package around them takes half as
    # long as an empty function takes to start.
    from _argon2_cffi_bindings import (  # type: ignore[import-untyped]  # noqa: PLC0415 - few records need it
        ffi,
        lib,
    )

    made = bytearray(length)
    code = lib.argon2_hash(
        passes,
        memory_kib,
        lanes,
        secret,
        len(secret),
        salt,
        len(salt),
        ffi.from_buffer(made),
        length,
        ffi.NULL,
        0,
        lib.Argon2_id,
        lib.ARGON2_VERSION_NUMBER,
    )
    if code == lib.ARGON2_MEMORY_ALLOCATION_ERROR:
        raise MemoryError
    if code != lib.ARGON2_OK:
        raise RuntimeError(f"argon2id answered {code}")
    return bytes(made)


def matches(stored: str, credential: str) -> bool:
    """Return what :func:`matches_any` does for a single digest."""
    return matches_any((stored,), credential)


def matches_any(digests: tuple[str, ...], credential: str) -> bool:
    """Return, in constant time, whether one of checked digests is the credential's.

    Several must share a salt, so that one hash is enough for all of them.

    Raises:
        ValueError: an argon2id digest that argon2 itself can't read.
    """
    return is_among(like(digests[0], credential), digests)


def is_among(made: str, digests: tuple[str, ...]) -> bool:
    """Return, in constant time, whether a digest is one of checked digests."""
    found = False
    for stored in digests:
        found |= compare_digest(made, stored)
    return found


def _decoded(text: str) -> bytes:
    """Read unpadded base64 in its canonical spelling."""
    padded = f"{text}{'=' * (-len(text) % 4)}".encode()
    with suppress(Error):
        decoded = a2b_base64(padded, strict_mode=True)
        if b2a_base64(decoded, newline=False) == padded:
            return decoded
    raise ValueError("argon2id cannot read the digest")
