"""A Secrets Manager in memory, as strict as AWS where its emulators are not.

A name is reserved while a deletion is scheduled, a scheduled secret takes no write, a
used ClientRequestToken is idempotent with the same value only, values and tags have
their longest length. Reads may lag behind writes.
"""

# ruff: noqa: N803 - the parameters have the names of boto3's

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.harness.client import ServiceError
from tests.harness.stored_secret import CURRENT, StoredSecret

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_PAGE = re.compile(r"page-([0-9]{1,9})")


class SecretsManager:
    """The operations, by the names of boto3's methods.

    Attributes:
        lag: how many reads of a secret after a write to it still see what was before.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.lag = 0
        self.secrets: dict[str, StoredSecret] = {}
        self._behind: dict[str, tuple[int, StoredSecret | None]] = {}
        self._made = 0

    def settle(self) -> None:
        """Let every read see what was written so far."""
        self._behind.clear()

    def create_secret(
        self,
        Name: str,
        ClientRequestToken: str,
        SecretString: str,
        Description: str = "",
        Tags: list[dict[str, str]] | None = None,
        **_encryption: str,
    ) -> dict[str, Any]:
        """Store a first version."""
        if not _NAME.fullmatch(Name):
            raise _bad("Invalid name.")
        there = self.secrets.get(Name)
        if there is not None:
            if there.deleted_at is not None:
                raise ServiceError(
                    "InvalidRequestException",
                    "You can't create this secret because a secret with this name is "
                    "already scheduled for deletion.",
                )
            if there.values.get(ClientRequestToken) != SecretString:
                raise ServiceError(
                    "ResourceExistsException",
                    f"The operation failed because the secret {Name} already exists.",
                )
            return there.answer(VersionId=ClientRequestToken)
        self._made += 1
        arn = f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{Name}"
        secret = StoredSecret(Name, f"{arn}-{self._made:06d}", Description)
        secret.tag(Tags or [])
        secret.put(ClientRequestToken, SecretString, [CURRENT])
        self._written(Name)
        self.secrets[Name] = secret
        return secret.answer(VersionId=ClientRequestToken)

    def get_secret_value(
        self,
        SecretId: str,
        VersionId: str | None = None,
        VersionStage: str | None = None,
    ) -> dict[str, Any]:
        """Return a version's value; the one labelled ``AWSCURRENT`` by default."""
        secret = self._seen(SecretId)
        secret.require_living()
        labelled = secret.labels.get(VersionStage or CURRENT)
        version = VersionId or labelled
        if version not in secret.values:
            raise _missing("Secrets Manager can't find the specified secret value.")
        if VersionId and VersionStage and labelled != VersionId:
            raise ServiceError(
                "InvalidRequestException",
                "You provided a VersionStage that is not associated to the provided "
                "VersionId.",
            )
        return secret.answer(
            VersionId=version,
            SecretString=secret.values[version],
            VersionStages=secret.labels_of(version),
        )

    def put_secret_value(
        self,
        SecretId: str,
        ClientRequestToken: str,
        SecretString: str,
        VersionStages: list[str] | None = None,
    ) -> dict[str, Any]:
        """Add a version under labels."""
        secret = self._writable(SecretId)
        secret.put(ClientRequestToken, SecretString, VersionStages or [CURRENT])
        stages = secret.labels_of(ClientRequestToken)
        return secret.answer(VersionId=ClientRequestToken, VersionStages=stages)

    def update_secret_version_stage(
        self,
        SecretId: str,
        VersionStage: str,
        RemoveFromVersionId: str | None = None,
        MoveToVersionId: str | None = None,
    ) -> dict[str, Any]:
        """Move a label from exactly one version to another."""
        secret = self._writable(SecretId)
        secret.move_from(VersionStage, RemoveFromVersionId, MoveToVersionId)
        return secret.answer()

    def delete_secret(
        self,
        SecretId: str,
        RecoveryWindowInDays: int | None = None,
        ForceDeleteWithoutRecovery: bool = False,  # noqa: FBT001, FBT002
    ) -> dict[str, Any]:
        """Schedule a deletion, or delete at once."""
        days = RecoveryWindowInDays
        if days is not None and (ForceDeleteWithoutRecovery or not 7 <= days <= 30):
            raise _bad("RecoveryWindowInDays is 7 to 30, without the force.")
        if ForceDeleteWithoutRecovery and SecretId not in self.secrets:
            return {"Name": SecretId}
        secret = self._found(SecretId)
        if secret.replicas:
            raise _bad("You can't delete a secret that still has replica regions.")
        if ForceDeleteWithoutRecovery:
            del self.secrets[secret.name]
            return secret.answer()
        secret.require_living()
        self._written(secret.name)
        secret.deleted_at = self.clock()
        gone = datetime.fromtimestamp(self.clock(), UTC) + timedelta(days=days or 30)
        return secret.answer(DeletionDate=gone)

    def restore_secret(self, SecretId: str) -> dict[str, Any]:
        """Cancel a scheduled deletion; without one nothing happens."""
        secret = self._found(SecretId)
        self._written(secret.name)
        secret.deleted_at = None
        return secret.answer()

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        """Return all but the values, of a scheduled secret, too."""
        secret = self._seen(SecretId)
        described = secret.answer(**secret.described())
        described["VersionIdsToStages"] = described.pop("SecretVersionsToStages")
        return described

    def tag_resource(
        self,
        SecretId: str,
        Tags: list[dict[str, str]],
    ) -> dict[str, Any]:
        """Set tags in addition to those that exist."""
        self._writable(SecretId).tag(Tags)
        return {}

    def untag_resource(
        self,
        SecretId: str,
        TagKeys: list[str],
    ) -> dict[str, Any]:
        """Take tags away, those that are there."""
        secret = self._writable(SecretId)
        for name in TagKeys:
            secret.tags.pop(name, None)
        return {}

    def list_secrets(
        self,
        Filters: list[dict[str, Any]] | None = None,
        MaxResults: int = 100,
        NextToken: str | None = None,
        IncludePlannedDeletion: bool = False,  # noqa: FBT001, FBT002
    ) -> dict[str, Any]:
        """Return a page of secrets, filtered by the prefix of their names."""
        match = _PAGE.fullmatch(NextToken or "page-0")
        if match is None:
            raise ServiceError("InvalidNextTokenException", "Invalid token.")
        fitting = [
            secret
            for secret in self.secrets.values()
            if (IncludePlannedDeletion or secret.deleted_at is None)
            and all(_fits(secret, wanted) for wanted in Filters or [])
        ]
        start = int(match[1])
        end = start + MaxResults
        page: dict[str, Any] = {
            "SecretList": [s.answer(**s.described()) for s in fitting[start:end]]
        }
        return page | ({"NextToken": f"page-{end}"} if end < len(fitting) else {})

    def _found(self, name: str) -> StoredSecret:
        if name not in self.secrets:
            raise _missing("Secrets Manager can't find the specified secret.")
        return self.secrets[name]

    def _writable(self, name: str) -> StoredSecret:
        secret = self._found(name)
        secret.require_living()
        self._written(name)
        return secret

    def _written(self, name: str) -> None:
        if self.lag:
            before = copy.deepcopy(self.secrets.get(name))
            self._behind[name] = self.lag, before

    def _seen(self, name: str) -> StoredSecret:
        """Return a secret as a read sees it, which may be as it was."""
        left, before = self._behind.get(name, (0, None))
        if not left:
            return self._found(name)
        self._behind[name] = left - 1, before
        if before is None:
            raise _missing("Secrets Manager can't find the specified secret.")
        return before


def _fits(secret: StoredSecret, wanted: dict[str, Any]) -> bool:
    if wanted["Key"] != "name":
        raise _bad(f"no filter by {wanted['Key']} here")
    return secret.name.startswith(tuple(wanted["Values"]))


def _bad(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)


def _missing(message: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", message)
