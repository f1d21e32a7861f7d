"""The writing side of Secrets Manager: nothing is ever overwritten unseen.

Every write is a compare-and-swap on the version that was read: the new value is put
under a label of its own, then ``AWSCURRENT`` moves to it from exactly that version,
which fails if it has moved meanwhile.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from admin.errors import RefusedError, conflict
from admin.stores import availability
from admin.stores.engine import NO_NOTES, Absence, NameTakenError, Stored, settled
from admin.stores.secret_list import SecretList, tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import CreateSecretRequestTypeDef

    from admin.stores.engine import Write

_PENDING = "APIKEYS_PENDING"
# Fewer than the connections that botocore keeps.
_PARALLEL_READS = 8


class SecretStore(SecretList):
    """The engine whose names are secrets; a secret's tags are its notes."""

    def __init__(self, client: SecretsManagerClient, kms_key_id: str | None) -> None:
        super().__init__(client)
        self._kms_key_id = kms_key_id

    def read(self, name: str) -> Stored | Absence:
        """Return the current value, or why there is none."""
        never = self._client.exceptions.ResourceNotFoundException
        deleted = self._client.exceptions.InvalidRequestException
        try:
            with availability.store(never, deleted):
                answer = self._client.get_secret_value(
                    SecretId=name, VersionStage="AWSCURRENT"
                )
        except never:
            return Absence.NEVER
        except deleted:
            return Absence.DELETED
        return Stored(answer.get("SecretString", ""), answer["VersionId"])

    def create(
        self,
        name: str,
        text: str,
        description: str,
        notes: Mapping[str, str] = NO_NOTES,
    ) -> str:
        """Create a secret; without notes no permission to tag is needed."""
        taken = (
            self._client.exceptions.ResourceExistsException,
            # AWS's answer for a name that awaits deletion.
            self._client.exceptions.InvalidRequestException,
        )
        request: CreateSecretRequestTypeDef = {
            "Name": name,
            "SecretString": text,
            "Description": description,
        }
        if self._kms_key_id:
            request["KmsKeyId"] = self._kms_key_id
        if notes:
            request["Tags"] = tags(notes)
        try:
            with availability.store(*taken):
                answer = self._client.create_secret(**request)
        except taken as error:
            raise NameTakenError from error
        return answer["VersionId"]

    def replace(self, name: str, text: str, version: str) -> str:
        """Put the value under a label of its own, then move ``AWSCURRENT`` to it."""
        exceptions = self._client.exceptions
        lost = (
            exceptions.InvalidParameterException,
            exceptions.InvalidRequestException,
            exceptions.ResourceNotFoundException,
        )
        try:
            with availability.store(*lost):
                put = self._client.put_secret_value(
                    SecretId=name, SecretString=text, VersionStages=[_PENDING]
                )
        except lost as error:
            raise conflict("the stored value") from error
        try:
            with availability.store(*lost):
                self._client.update_secret_version_stage(
                    SecretId=name,
                    VersionStage="AWSCURRENT",
                    MoveToVersionId=put["VersionId"],
                    RemoveFromVersionId=version,
                )
        except (*lost, RefusedError) as error:
            # The SDK repeats a call whose answer was lost; then our own move fails it.
            now = self.read(name)
            if isinstance(now, Stored) and now.version == put["VersionId"]:
                return put["VersionId"]
            if isinstance(error, RefusedError):
                raise
            raise conflict("the stored value") from error
        return put["VersionId"]

    def together(self, writes: Sequence[Write]) -> None:
        """Return None: Secrets Manager has no transactions."""
        del writes

    def read_many(self, names: list[str]) -> dict[str, Stored]:
        """Read a few at a time: a batch call needs a permission on all secrets."""
        with ThreadPoolExecutor(_PARALLEL_READS) as pool:
            found = dict(zip(names, pool.map(self.read, names), strict=True))
        return {
            name: value for name, value in found.items() if isinstance(value, Stored)
        }

    def restore(self, name: str) -> bool:
        """Cancel a scheduled deletion; False if Secrets Manager does not."""
        exceptions = self._client.exceptions
        refused = (
            exceptions.InvalidParameterException,
            exceptions.InvalidRequestException,
            exceptions.ResourceNotFoundException,
        )
        try:
            with availability.store(*refused):
                self._client.restore_secret(SecretId=name)
        except refused:
            return False
        return True

    def delete(self, name: str, recovery_days: int) -> bool:
        """Schedule a deletion; no new version, so it works where a write may not."""
        exceptions = self._client.exceptions
        never = exceptions.ResourceNotFoundException
        refused = (
            # It is already scheduled.
            exceptions.InvalidRequestException,
            # It has replicas, which have to be removed first.
            exceptions.InvalidParameterException,
        )
        try:
            with availability.store(never, *refused):
                answer = self._client.delete_secret(
                    SecretId=name, RecoveryWindowInDays=recovery_days
                )
        except (never, *refused):
            return False
        return "DeletionDate" in answer

    def is_gone(self, name: str) -> bool:
        """Return whether a deletion is in force, once reads have had time to follow."""
        found = settled(partial(self.read, name), lambda f: isinstance(f, Absence))
        return isinstance(found, Absence)
