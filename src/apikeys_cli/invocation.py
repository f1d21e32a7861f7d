"""One invocation of the command line: what every command is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from apikeys_cli.admin_function import AdminFunction, LambdaTransport
from apikeys_cli.connection import Connection

if TYPE_CHECKING:
    from apikeys_cli.admin_function import Transport


@dataclass
class Invocation:
    """The function that is talked to, and the form in which data is printed.

    Attributes:
        connection: as the options say.
        transport: in place of the way through AWS Lambda.
        output: the form.
    """

    connection: Connection = field(default_factory=Connection)
    transport: Transport | None = None
    output: str = "table"

    @cached_property
    def function(self) -> AdminFunction:
        """The admin function."""
        return AdminFunction(self.transport or LambdaTransport(self.connection))
