"""The networks that a client may call from; loaded only if a record names some."""

from __future__ import annotations

from ipaddress import IPv6Network, ip_address, ip_network

MAX_NETWORKS = 20
RULE = (
    "a network is an address and a prefix length such as 203.0.113.0/24, "
    "203.0.113.7/32 or 2001:db8::/32, in canonical form, without host bits, not IPv4 "
    "within IPv6"
)

_IPV4_MAPPED = IPv6Network("::ffff:0:0/96")


def check_networks(value: object) -> tuple[str, ...]:
    """Return the networks of a record, each in its one spelling.

    Raises:
        ValueError: not a list of 1 to 20 networks; never shows one.
    """
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_NETWORKS:
        raise ValueError(f"is not a list of 1 to {MAX_NETWORKS} networks")
    return tuple(map(check_network, value))


def check_network(value: object) -> str:
    """Return a network.

    Raises:
        ValueError: it is not one, or IAM and people would read it differently.
    """
    try:
        # ip_network would turn a number into an address.
        network = ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(RULE) from None
    is_mapped = isinstance(network, IPv6Network) and network.subnet_of(_IPV4_MAPPED)
    # The zone of an address on one link means nothing to IAM.
    if is_mapped or str(network) != value or "%" in value:
        raise ValueError(RULE)
    return str(network)


def check_address(value: str) -> str:
    """Return an IP address.

    Raises:
        ValueError: it is not one.
    """
    try:
        ip_address(value)
    except ValueError:
        raise ValueError("is not an IPv4 or IPv6 address") from None
    return value


def is_within(address: object, networks: tuple[str, ...]) -> bool:
    """Return whether a text is an address in one of these networks."""
    try:
        found = ip_address(address if isinstance(address, str) else "")
    except ValueError:
        return False
    return any(found in ip_network(network) for network in networks)
