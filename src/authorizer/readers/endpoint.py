"""A service's endpoint, read from the environment as the AWS SDKs do."""

from __future__ import annotations

import re

from apikeys.text import ALPHANUMERIC, DIGITS, consists_of

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
_LAST_PORT = 65_535
_NOT_AN_ENDPOINT = "AWS_ENDPOINT_URL is not http(s)://host[:port]"


class Endpoint:
    """A host, a port, and whether it uses TLS."""

    __slots__ = ("host", "is_tls", "netloc", "port")

    def __init__(self, url: str) -> None:
        """Read an endpoint's URL.

        Raises:
            ValueError: not ``http://`` or ``https://`` with a host, or it has a path.
        """
        # Not urlsplit: urllib.parse would also import ipaddress, all for one host.
        scheme, separator, rest = url.partition("://")
        netloc, _, path = rest.partition("/")
        host, port = _host_and_port(netloc)
        self.is_tls = scheme.lower() == "https"
        if not separator or path or not (self.is_tls or scheme.lower() == "http"):
            raise ValueError(_NOT_AN_ENDPOINT)
        self.host = host
        self.port = port or (443 if self.is_tls else 80)
        self.netloc = netloc

    @classmethod
    def from_environ(
        cls, environ: Mapping[str, str], region: str, service: str
    ) -> Endpoint:
        """Return a service's configured endpoint, or the region's own.

        Raises:
            ValueError: a URL is malformed, or the region has no endpoint of the kind
                asked for; names the variables.
        """
        return cls(
            _configured_url(environ, service)
            or f"https://{_host(environ, region, service)}"
        )


def _host_and_port(netloc: str) -> tuple[str, int | None]:
    """Return a host (an IPv6 address without its brackets) and the port, if any."""
    host, colon, port = netloc.rpartition(":")
    if not colon or "]" in port:
        host, port = netloc, ""
    host, characters = host.lower(), f"{ALPHANUMERIC}.-_"
    if host.startswith("[") and host.endswith("]"):
        host, characters = host[1:-1], f"{DIGITS}abcdef.:"
    if not (
        host
        and consists_of(host, characters)
        and consists_of(port, DIGITS)
        and int(port or 0) <= _LAST_PORT
    ):
        raise ValueError(_NOT_AN_ENDPOINT)
    return host, int(port) if port else None


def _configured_url(environ: Mapping[str, str], service: str) -> str | None:
    if _is_true(environ, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        return None
    return environ.get(_URLS[service]) or environ.get("AWS_ENDPOINT_URL")


def _host(environ: Mapping[str, str], region: str, service: str) -> str:
    fips, dual_stack = _is_true(environ, _FIPS), _is_true(environ, _DUAL_STACK)
    # All regions of the partition aws have one form: they need not load the table.
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
    # As the SDKs do for a region that matches no pattern.
    name = f"{service}-fips" if fips else service
    # Secrets Manager has one host for IPv4 and IPv6.
    is_apart = dual_stack and service != "secretsmanager"
    return f"{name}.{region}.{'api.aws' if is_apart else 'amazonaws.com'}"


def _is_true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() == "true"


def _no_variant(region: str, service: str, *, fips: bool, dual: bool) -> str:
    asked_for = [name for name, on in ((_FIPS, fips), (_DUAL_STACK, dual)) if on]
    return f"{' and '.join(asked_for)}: no such endpoint of {service} in {region}"
