"""Where Secrets Manager answers, read from the environment as the AWS SDKs do."""

from __future__ import annotations

from urllib.parse import urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Endpoint:
    """A host, a port, and whether TLS is spoken there."""

    __slots__ = ("host", "is_tls", "netloc", "port")

    def __init__(self, url: str) -> None:
        """Read an endpoint's URL.

        Raises:
            ValueError: not ``http://`` or ``https://`` and a host, or with a path.
        """
        parts = urlsplit(url)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path not in ("", "/")
        ):
            raise ValueError("AWS_ENDPOINT_URL is not http(s)://host[:port]")
        self.is_tls = parts.scheme == "https"
        self.host = parts.hostname
        self.port = parts.port or (443 if self.is_tls else 80)
        self.netloc = parts.netloc

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], region: str) -> Endpoint:
        """Return the configured endpoint, or the region's own."""
        url = environ.get("AWS_ENDPOINT_URL_SECRETS_MANAGER") or environ.get(
            "AWS_ENDPOINT_URL"
        )
        if url:
            return cls(url)
        fips = environ.get("AWS_USE_FIPS_ENDPOINT", "").lower() == "true"
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        service = "secretsmanager-fips" if fips else "secretsmanager"
        return cls(f"https://{service}.{region}.{suffix}")
