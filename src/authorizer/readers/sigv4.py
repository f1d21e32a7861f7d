"""AWS Signature Version 4 for one service, with only the standard library.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import time
from hashlib import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials:
    """An access key, as a function's environment holds it."""

    __slots__ = ("access_key_id", "secret_access_key", "session_token")

    def __init__(
        self, access_key_id: str, secret_access_key: str, session_token: str | None
    ) -> None:
        self.access_key_id = access_key_id
        self.secret_access_key = secret_access_key
        self.session_token = session_token

    def __repr__(self) -> str:
        return f"Credentials({self.access_key_id}, …)"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Credentials | None:
        """Return the environment's credentials, None if it has none."""
        access_key_id = environ.get("AWS_ACCESS_KEY_ID")
        secret_access_key = environ.get("AWS_SECRET_ACCESS_KEY")
        if not access_key_id or not secret_access_key:
            return None
        return cls(access_key_id, secret_access_key, environ.get("AWS_SESSION_TOKEN"))


class Signer:
    """Signs POST requests to ``/`` of one service in one region."""

    def __init__(self, credentials: Credentials, service: str, region: str) -> None:
        self._credentials = credentials
        self._service = service
        self._region = region
        self._day = ""
        self._day_key = b""

    def sign(
        self, headers: Mapping[str, str], body: bytes, now: float
    ) -> dict[str, str]:
        """Return the headers with those that authenticate them.

        Args:
            headers: lower-case names, ``host`` among them; all are signed.
            body: the request's body.
            now: seconds since 1970, UTC.
        """
        instant = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        signed = {**headers, "x-amz-date": instant}
        if self._credentials.session_token:
            signed["x-amz-security-token"] = self._credentials.session_token
        names = sorted(signed)
        lines = [f"{name}:{signed[name]}" for name in names]
        listed = ";".join(names)
        canonical = "\n".join(
            ["POST", "/", "", *lines, "", listed, sha256(body).hexdigest()]
        )
        day = instant[:8]
        scope = f"{day}/{self._region}/{self._service}/aws4_request"
        hashed = sha256(canonical.encode()).hexdigest()
        text = f"{_ALGORITHM}\n{instant}\n{scope}\n{hashed}"
        signature = _hmac(self._key(day), text).hex()
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={self._credentials.access_key_id}/{scope}, "
            f"SignedHeaders={listed}, Signature={signature}"
        )
        return signed

    def _key(self, day: str) -> bytes:
        if day != self._day:
            key = f"AWS4{self._credentials.secret_access_key}".encode()
            for part in (day, self._region, self._service, "aws4_request"):
                key = _hmac(key, part)
            self._day, self._day_key = day, key
        return self._day_key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
