"""Where a service answers, read from the environment as the AWS SDKs do."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_FIPS = "AWS_USE_FIPS_ENDPOINT"
_DUAL_STACK = "AWS_USE_DUALSTACK_ENDPOINT"
_URLS = {
    "secretsmanager": "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "dynamodb": "AWS_ENDPOINT_URL_DYNAMODB",
}
# As in eu-west-1.
_USUAL_HYPHENS = 2


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
    def from_environ(
        cls, environ: Mapping[str, str], region: str, service: str
    ) -> Endpoint:
        """Return a service's configured endpoint, or the region's own.

        Raises:
            ValueError: a URL is not one, or the region has no endpoint of the kind
                that is asked for; names the variables.
        """
        return cls(
            _configured_url(environ, service)
            or f"https://{_host(environ, region, service)}"
        )


def _configured_url(environ: Mapping[str, str], service: str) -> str | None:
    if _is_true(environ, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        return None
    return environ.get(_URLS[service]) or environ.get("AWS_ENDPOINT_URL")


def _host(environ: Mapping[str, str], region: str, service: str) -> str:
    fips, dual_stack = _is_true(environ, _FIPS), _is_true(environ, _DUAL_STACK)
    # No region of the partition aws has another form: it need not load the table.
    if region.count("-") != _USUAL_HYPHENS or region.startswith("cn-"):
        from authorizer.readers.hosts import HOSTS  # noqa: PLC0415 - see above

        for pattern, hosts in HOSTS[service]:
            if re.fullmatch(pattern, region):
                host = hosts[2 * fips + dual_stack]
                if host is None:
                    raise ValueError(
                        _no_variant(region, service, fips=fips, dual=dual_stack)
                    )
                return host.format(region)
    # As the SDKs do for a region that no pattern knows.
    name = f"{service}-fips" if fips else service
    # Secrets Manager has one host for both kinds of addresses.
    is_apart = dual_stack and service != "secretsmanager"
    return f"{name}.{region}.{'api.aws' if is_apart else 'amazonaws.com'}"


def _is_true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() == "true"


def _no_variant(region: str, service: str, *, fips: bool, dual: bool) -> str:
    asked_for = [name for name, on in ((_FIPS, fips), (_DUAL_STACK, dual)) if on]
    return f"{' and '.join(asked_for)}: no such endpoint of {service} in {region}"
