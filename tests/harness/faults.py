"""What goes wrong with one call of an invocation."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ReadTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.client import Call

_THROTTLED = {
    "secretsmanager": "ThrottlingException",
    "dynamodb": "ProvisionedThroughputExceededException",
    "apigateway": "TooManyRequestsException",
    "apigatewayv2": "TooManyRequestsException",
    "logs": "ThrottlingException",
    "sns": "ThrottledException",
}


class KilledError(BaseException):
    """The function's process is gone: nothing that it would still do is done."""


class Fault(NamedTuple):
    """What happens to a call.

    Attributes:
        kind: ``time-out`` or ``throttle`` after the SDK's own repeats, ``crash`` of the
            function, or ``repeat``: an answer was lost, the SDK's own repeat arrives,
            where the SDK makes one.
        is_done: whether the call had its effect.
    """

    kind: str
    is_done: bool

    def __str__(self) -> str:
        return f"{self.kind} {'after' if self.is_done else 'before'} the effect"


FAULTS = (
    *(Fault(k, d) for k in ("time-out", "crash", "throttle") for d in (False, True)),
    Fault("repeat", is_done=True),
)


class Faulty:
    """A line on which one call goes wrong; a killed function makes no further one."""

    def __init__(self, index: int, fault: Fault) -> None:
        self._left = index
        self._fault = fault
        self._is_dead = False

    def __call__(self, call: Call, perform: Callable[[], Any]) -> Any:
        """Perform a call, or what becomes of it."""
        if self._is_dead:
            raise KilledError
        self._left -= 1
        if self._left != -1:
            return perform()
        if self._fault.is_done:
            _attempted(perform)
        if self._fault.kind == "repeat" and call.is_repeated():
            return perform()
        if self._fault.kind == "throttle":
            raise throttled(call)
        if self._fault.kind in {"time-out", "repeat"}:
            raise ReadTimeoutError(endpoint_url=f"https://{call.service}.invalid")
        self._is_dead = True
        raise KilledError


def throttled(call: Call) -> Exception:
    """Return what boto3 raises once a call was throttled too often."""
    return call.error(_THROTTLED[call.service], "Rate exceeded")


def _attempted(perform: Callable[[], Any]) -> None:
    """Perform a call whose answer is lost, whatever it is."""
    with suppress(Exception):
        perform()
