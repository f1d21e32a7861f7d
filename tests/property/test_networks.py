"""A client's networks: whoever calls from elsewhere is refused by the policy.

Judged by the tests' own reading of IAM for many generated pairs of networks and
addresses, IPv4 and IPv6, drawn with a seed.
"""

from __future__ import annotations

from random import Random  # noqa: TID251 - the same pairs at every run
from socket import AF_INET, AF_INET6, inet_ntop

import pytest

from apikeys.policy import SOURCE_IP_KEYS, policy_document
from apikeys.record import Record
from apikeys.roles import RoleMap
from tests.builders import NOW, ROLE_MAP, STAGE_ARN, a_key, record_text
from tests.iam import is_allowed

_PAIRS = 10_000
_KEY = a_key()
_WIDTHS = {AF_INET: 32, AF_INET6: 128}
_GRANT = RoleMap.parse(ROLE_MAP).grant(["ADMINISTRATOR"])


def _text(family: int, number: int) -> str:
    return inet_ntop(family, number.to_bytes(_WIDTHS[family] // 8))


def _network(random: Random) -> tuple[int, int, int]:
    """Draw a network: its family, its number and the length of its prefix."""
    family = random.choice(list(_WIDTHS))
    width = _WIDTHS[family]
    length = random.choice(
        (0, 1, 8, 16, 24, width - 1, width, random.randint(0, width))
    )
    number = random.getrandbits(width)
    if family == AF_INET6 and length:
        # Of the addresses that are in use.
        number |= 1 << (width - 3)
    return family, number >> (width - length) << (width - length), length


def _address(random: Random, networks: list[tuple[int, int, int]]) -> tuple[int, int]:
    """Draw an address, more often than not near the edge of one of the networks."""
    family, number, length = random.choice(networks)
    width = _WIDTHS[family]
    size = 1 << (width - length)
    offset = random.choice((0, size - 1, size, -1, random.randrange(size)))
    found = (number + offset) % (1 << width)
    if random.random() < 0.2:
        family = random.choice(list(_WIDTHS))
        found = random.getrandbits(_WIDTHS[family])
    if family == AF_INET6:
        found |= 1 << 125 if length else 0
    return family, found


def _is_inside(address: tuple[int, int], network: tuple[int, int, int]) -> bool:
    family, number = address
    network_family, base, length = network
    end = base + (1 << (_WIDTHS[network_family] - length))
    return family == network_family and base <= number < end


@pytest.mark.parametrize("key", SOURCE_IP_KEYS)
def test_the_policy_lets_in_who_calls_from_one_of_the_networks(key: str) -> None:
    """And nobody else, from any address and by either of IAM's keys."""
    random = Random(key)  # noqa: S311 - as above
    arn = f"{STAGE_ARN}/GET/reports/7"
    seen = {True: 0, False: 0}
    for _ in range(_PAIRS):
        networks = [_network(random) for _ in range(random.choice((1, 1, 2, 5, 20)))]
        address = _address(random, networks)
        texts = [f"{_text(family, base)}/{length}" for family, base, length in networks]
        record = Record.parse(
            record_text(_KEY, schemaVersion=2, allowedCidrs=texts), key_id=_KEY.key_id
        )
        policy = policy_document(
            _GRANT, STAGE_ARN, record.expires_at, record.networks, key
        )
        expected = any(_is_inside(address, network) for network in networks)
        text = _text(*address)
        assert is_allowed(policy, arn, NOW, {key: text}) == expected, (texts, text)
        # Where nothing is cached the authorizer judges as the policy does.
        assert record.is_called_from(text) == expected, (texts, text)
        seen[expected] += 1
    assert min(seen.values()) > _PAIRS // 10


@pytest.mark.parametrize("key", SOURCE_IP_KEYS)
def test_a_request_without_an_address_is_refused(key: str) -> None:
    """A negated condition holds without its key, and so does the Deny."""
    policy = policy_document(_GRANT, STAGE_ARN, None, ("203.0.113.0/24",), key)
    assert not is_allowed(policy, f"{STAGE_ARN}/GET/reports/7", NOW)
    (other,) = set(SOURCE_IP_KEYS) - {key}
    elsewhere = {other: "203.0.113.7"}
    assert not is_allowed(policy, f"{STAGE_ARN}/GET/reports/7", NOW, elsewhere)
