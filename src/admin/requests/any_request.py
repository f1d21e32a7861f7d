"""One type for all requests, told apart by their action."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from admin.requests.credentials import Clone, Confirm, Import, Issue, Rotate, Verify
from admin.requests.operations import (
    Flush,
    Notify,
    RolesCheck,
    RolesGet,
    RolesPut,
    SigningRetire,
    SigningRotate,
    Usage,
)
from admin.requests.records import (
    Disable,
    Enable,
    Get,
    ListKeys,
    Restore,
    Revoke,
    Update,
)

type AnyRequest = Annotated[
    Issue
    | Import
    | Clone
    | Rotate
    | Confirm
    | Get
    | Verify
    | ListKeys
    | Update
    | Enable
    | Disable
    | Revoke
    | Restore
    | RolesGet
    | RolesCheck
    | RolesPut
    | Flush
    | Notify
    | Usage
    | SigningRotate
    | SigningRetire,
    Field(discriminator="action"),
]
