"""How IAM judges a policy, as AWS documents it; shares no code with what writes it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_pton
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WILDCARDS = {"*": ".*", "?": "."}


def is_allowed(
    policy: dict[str, Any],
    arn: str,
    now: float,
    addresses: Mapping[str, str] = MappingProxyType({}),
) -> bool:
    """Return whether a policy lets somebody invoke a method at a time.

    An explicit Deny wins over every Allow; without an Allow the answer is no. What this
    matcher does not know it refuses to judge.

    Args:
        policy: the policy.
        arn: of the method.
        now: seconds since 1970.
        addresses: what the request has under IAM's keys for addresses.
    """
    assert policy.keys() == {"Version", "Statement"}
    assert policy["Version"] == "2012-10-17"
    effects = {
        statement["Effect"]
        for statement in policy["Statement"]
        if _applies(statement, arn, now, addresses)
    }
    assert effects <= {"Allow", "Deny"}
    return effects == {"Allow"}


def matches(pattern: str, text: str) -> bool:
    """Return whether a Resource is of a pattern: ``*`` any run, ``?`` one character."""
    return _expression((pattern,)).fullmatch(text) is not None


@lru_cache(maxsize=1_024)
def _expression(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression for all patterns: a run of millions needs it fast."""
    for pattern in patterns:
        assert "${" not in pattern, "a policy variable"
    alternatives = (
        "".join(_WILDCARDS.get(c) or re.escape(c) for c in pattern)
        for pattern in patterns
    )
    return re.compile("|".join(alternatives), re.DOTALL)


def _applies(
    statement: dict[str, Any], arn: str, now: float, addresses: Mapping[str, str]
) -> bool:
    assert statement.keys() - {"Condition"} == {"Action", "Effect", "Resource"}
    assert statement["Action"] == "execute-api:Invoke"
    for operator, operands in statement.get("Condition", {}).items():
        ((key, value),) = operands.items()
        if not _OPERATORS[operator](key, value, now, addresses):
            return False
    return _expression(tuple(statement["Resource"])).fullmatch(arn) is not None


def _date_less_than(
    key: str, value: str, now: float, _addresses: Mapping[str, str]
) -> bool:
    assert key == "aws:CurrentTime"
    end = datetime.fromisoformat(value)
    assert end.tzinfo is not None
    return now < end.timestamp()


def _not_ip_address(
    key: str, value: list[str], _now: float, addresses: Mapping[str, str]
) -> bool:
    """Return whether the address is in none of the networks.

    A negated operator holds where the request lacks the key.
    """
    assert key in {"aws:SourceIp", "aws:VpcSourceIp"}
    assert value
    address = addresses.get(key)
    return address is None or not any(_is_in(address, network) for network in value)


def _is_in(address: str, network: str) -> bool:
    """Compare the leading bits, as many as the prefix is long."""
    base, slash, length = network.partition("/")
    assert slash
    (of_address, is_v4), (of_base, is_base_v4) = _bits(address), _bits(base)
    return is_v4 == is_base_v4 and of_address[: int(length)] == of_base[: int(length)]


def _bits(address: str) -> tuple[str, bool]:
    is_v4 = ":" not in address
    packed = inet_pton(AF_INET if is_v4 else AF_INET6, address)
    return "".join(f"{byte:08b}" for byte in packed), is_v4


_OPERATORS: dict[str, Callable[..., bool]] = {
    "DateLessThan": _date_less_than,
    "NotIpAddress": _not_ip_address,
}
