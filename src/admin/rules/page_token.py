"""The tokens by which a caller asks for more, checked before any call.

Whatever goes to AWS as a token appears in CloudTrail, and people may paste a key. So a
store's token, or a query's id, is handed out with a checksum of itself and of what it
is for; a text without the right one goes no further. The checksum is not secret:
whoever makes up a token only sends AWS a text of their own.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

from admin.errors import RefusedError, invalid

if TYPE_CHECKING:
    from apikeys.document import Document

_FORM = "1"
_CHECKSUM_BYTES = 16


def wrapped(token: str, pages_of: Document) -> str:
    """Return the token of a next page; an empty one asks for the first.

    Args:
        token: AWS's.
        pages_of: what the pages list, which the next request has to repeat.
    """
    content = token.encode()
    packed = urlsafe_b64encode(_checksum(content, pages_of) + content)
    return _FORM + packed.decode().rstrip("=")


def unwrapped(text: str, pages_of: Document, field: str = "nextToken") -> str | None:
    """Return AWS's token from a text that ``wrapped`` returned; None for the first.

    Raises:
        RefusedError: 400, it is another text, or of other pages; names the field.
    """
    try:
        packed = text.removeprefix(_FORM)
        content = urlsafe_b64decode(packed + "=" * (-len(packed) % 4))[_CHECKSUM_BYTES:]
        token = content.decode()
    except ValueError:
        raise refused(field) from None
    if wrapped(token, pages_of) != text:
        raise refused(field)
    return token or None


def refused(field: str = "nextToken") -> RefusedError:
    """Return the refusal for a text that is not the token asked for."""
    return invalid(field, "is not one that was returned, or other fields changed")


def _checksum(content: bytes, pages_of: Document) -> bytes:
    described = json.dumps(pages_of, sort_keys=True).encode()
    return sha256(described + b"\n" + content).digest()[:_CHECKSUM_BYTES]
