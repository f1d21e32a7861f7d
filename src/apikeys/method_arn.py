"""The ARN of the method that a client called."""

from __future__ import annotations

import re
from functools import lru_cache

from apikeys.errors import MisconfiguredError

_STAGE_ARN = re.compile(
    r"arn:aws[a-z-]*:execute-api:[a-z0-9-]+:[0-9]{12}:([A-Za-z0-9]+)/"
    r"([A-Za-z0-9_-]{1,128}|\$default)"
)


class MethodArn:
    """``arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/…``.

    What follows the stage is the client's text; it is dropped here, so that no byte of
    it can reach a policy.
    """

    __slots__ = ("api", "stage", "stage_arn")

    def __init__(self, api: str, stage: str, stage_arn: str) -> None:
        self.api = api
        self.stage = stage
        self.stage_arn = stage_arn

    @classmethod
    def parse(cls, text: object) -> MethodArn:
        """Read the API and the stage, in every partition.

        Raises:
            MisconfiguredError: not the ARN of a method.
        """
        if not isinstance(text, str):
            raise MisconfiguredError(_UNREADABLE)
        # Bounded: what follows may hold colons and slashes (aws/chalice#1775).
        end = text.find("/", text.find("/") + 1)
        if end < 0 or end + 1 == len(text):
            raise MisconfiguredError(_UNREADABLE)
        return _of_stage(text[:end])


_UNREADABLE = "the event's method ARN is not one of API Gateway's"


@lru_cache(maxsize=64)
def _of_stage(stage_arn: str) -> MethodArn:
    match = _STAGE_ARN.fullmatch(stage_arn)
    if match is None:
        raise MisconfiguredError(_UNREADABLE)
    return MethodArn(match[1], match[2], stage_arn)
