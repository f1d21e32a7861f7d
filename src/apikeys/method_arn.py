"""The ARN of the method that a client called."""

from __future__ import annotations

import re

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
    def parse(cls, text: str) -> MethodArn:
        """Read the API and the stage, in every partition.

        Raises:
            MisconfiguredError: not the ARN of a method.
        """
        # Bounded: a path may hold colons and slashes (aws/chalice#1775).
        parts = text.split(":", 5)
        api, stage, rest = (*parts[-1].split("/", 2), "", "")[:3]
        stage_arn = ":".join([*parts[:5], f"{api}/{stage}"])
        if not rest or not _STAGE_ARN.fullmatch(stage_arn):
            raise MisconfiguredError(
                "the event's method ARN is not one of API Gateway's"
            )
        return cls(api, stage, stage_arn)
