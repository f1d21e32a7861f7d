"""How a service in memory says no; its client makes botocore's exception of it."""

from __future__ import annotations


class ServiceError(Exception):
    """An error that AWS would answer.

    Attributes:
        code: as the service's model names it.
        message: for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
