"""The networks that a client calls from."""

from __future__ import annotations

import pytest

from apikeys.networks import (
    MAX_NETWORKS,
    RULE,
    check_address,
    check_network,
    check_networks,
    is_within,
)

_GOOD = [
    *("203.0.113.0/24", "203.0.113.7/32", "0.0.0.0/0", "10.0.0.0/8"),
    *("2001:db8::/32", "2001:db8::7/128", "::/0", "::1/128", "fe80::/10"),
]


@pytest.mark.parametrize("network", _GOOD)
def test_a_network_is_written_as_it_is_read(network: str) -> None:
    """IPv4 and IPv6, of any length of prefix."""
    assert check_network(network) == network


@pytest.mark.parametrize(
    "network",
    [
        *("203.0.113.7/24", "2001:db8::7/32", "::1/0"),
        *("203.0.113.7", "2001:db8::7", "203.0.113.0/", "/24", ""),
        *("203.0.113.0/33", "2001:db8::/129", "203.0.113.0/-1", "203.0.113/24"),
        *("203.0.113.0/024", "203.000.113.0/24", "203.0.113.0/255.255.255.0"),
        *("2001:DB8::/32", "2001:0db8::/32", "2001:db8:0:0::/32", "0::/0"),
        *("::ffff:203.0.113.0/120", "::ffff:cb00:7100/120", "::ffff:0:0/96"),
        *(" 203.0.113.0/24", "203.0.113.0/24\n", "٢٠٣.0.113.0/24"),
        *("fe80::%eth0/64", "*", "203.0.113.*", "canary"),
        *(None, 5, 3_405_803_776, True, ["203.0.113.0/24"], {}),
    ],
)
def test_what_is_not_a_network_in_canonical_form_is_refused(network: object) -> None:
    """Host bits, other spellings, IPv4 within IPv6; the text is not shown."""
    with pytest.raises(ValueError, match=r"^a network is an address and a") as caught:
        check_network(network)
    assert str(caught.value) == RULE


def test_a_record_has_one_to_twenty_networks() -> None:
    """Twenty make some 800 bytes of a policy."""
    twenty = [f"203.0.113.{number}/32" for number in range(MAX_NETWORKS)]
    assert check_networks(twenty) == tuple(twenty)
    assert check_networks(twenty[:1]) == ("203.0.113.0/32",)
    for value in ([], [*twenty, "10.0.0.0/8"], None, "10.0.0.0/8", {"a": 1}, ()):
        with pytest.raises(ValueError, match=r"^is not a list of 1 to 20 networks$"):
            check_networks(value)
    with pytest.raises(ValueError, match=r"^a network is"):
        check_networks(["10.0.0.0/8", 5])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.0", True),
        ("203.0.113.255", True),
        ("203.0.112.255", False),
        ("203.0.114.0", False),
        ("2001:db8::", True),
        ("2001:DB8:0:0:0:0:0:7", True),
        ("2001:db9::", False),
        ("::ffff:203.0.113.7", False),
        *((text, False) for text in ("", "test-invoke-source-ip", "203.0.113.7:80")),
        *((value, False) for value in (None, 3_405_803_783, ["203.0.113.7"], True)),
    ],
)
def test_an_address_is_within_or_not(address: object, expected: object) -> None:
    """What is not an address is in no network."""
    assert is_within(address, ("203.0.113.0/24", "2001:db8::/32")) is expected


def test_an_address_is_checked_without_being_shown() -> None:
    """As it is asked about."""
    assert check_address("203.0.113.7") == "203.0.113.7"
    assert check_address("2001:db8::7") == "2001:db8::7"
    for text in ("", "203.0.113.0/24", "canary", "203.0.113"):
        with pytest.raises(ValueError, match=r"^is not an IPv4 or IPv6 address$"):
            check_address(text)
