"""The writing side of Secrets Manager: nothing is ever overwritten unseen.

Every write is a compare-and-swap on the version that was read: the new value is put
under a label of its own, then ``AWSCURRENT`` moves to it from exactly that version,
which fails if it has moved meanwhile.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from admin.errors import RefusedError, conflict
from admin.serving import served

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef

_PENDING = "APIKEYS_PENDING"
_ANSWERS = {
    "InvalidNextTokenException",
    "InvalidParameterException",
    "InvalidRequestException",
    "ResourceExistsException",
    "ResourceNotFoundException",
}
# Fewer than the connections that botocore keeps.
_PARALLEL_READS = 8


class Absence(Enum):
    """Why a stored secret has no value to read."""

    NEVER = "never"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored secret's current value; ``text`` is empty where it is bytes."""

    text: str
    version: str

    def __repr__(self) -> str:
        """Show the version alone."""
        return f"Stored(version={self.version!r})"


class Page(NamedTuple):
    """Some names with what is noted beside each, and the token of the next page."""

    notes: dict[str, dict[str, str]]
    token: str | None


class NameTakenError(Exception):
    """A stored secret of that name exists, or waits for its deletion."""


def _available() -> AbstractContextManager[None]:
    return served("Secrets Manager", "store_unavailable", _ANSWERS)


class SecretStore:
    """Stored secrets by name."""

    def __init__(self, client: SecretsManagerClient, kms_key_id: str | None) -> None:
        self._client = client
        self._encryption: dict[str, Any] = (
            {"KmsKeyId": kms_key_id} if kms_key_id else {}
        )

    def read(self, name: str) -> Stored | Absence:
        """Return the current value, or why there is none."""
        try:
            with _available():
                answer = self._client.get_secret_value(
                    SecretId=name, VersionStage="AWSCURRENT"
                )
        except self._client.exceptions.ResourceNotFoundException:
            return Absence.NEVER
        except self._client.exceptions.InvalidRequestException:
            return Absence.DELETED
        return Stored(answer.get("SecretString", ""), answer["VersionId"])

    def create(
        self,
        name: str,
        text: str,
        description: str,
        notes: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Store a first value, with notes beside it, and return its version.

        Raises:
            NameTakenError: there is one already; nothing was changed.
        """
        exceptions = self._client.exceptions
        # Without any, no permission to tag is needed either.
        tags: dict[str, Any] = {"Tags": _tags(notes)} if notes else {}
        try:
            with _available():
                answer = self._client.create_secret(
                    Name=name,
                    SecretString=text,
                    Description=description,
                    **self._encryption,
                    **tags,
                )
        except (
            exceptions.ResourceExistsException,
            # So AWS answers for a name that waits for its deletion.
            exceptions.InvalidRequestException,
        ) as error:
            raise NameTakenError from error
        return answer["VersionId"]

    def replace(self, name: str, text: str, version: str) -> str:
        """Store a value in place of the version that was read; return the new one.

        Raises:
            RefusedError: 409, another write came first; it stays in force.
        """
        exceptions = self._client.exceptions
        lost = (
            exceptions.InvalidParameterException,
            exceptions.InvalidRequestException,
            exceptions.ResourceNotFoundException,
        )
        try:
            with _available():
                put = self._client.put_secret_value(
                    SecretId=name, SecretString=text, VersionStages=[_PENDING]
                )
        except lost as error:
            raise conflict("the stored value") from error
        try:
            with _available():
                self._client.update_secret_version_stage(
                    SecretId=name,
                    VersionStage="AWSCURRENT",
                    MoveToVersionId=put["VersionId"],
                    RemoveFromVersionId=version,
                )
        except (*lost, RefusedError) as error:
            # The SDK repeats a call whose answer was lost; then our own move failed it.
            now = self.read(name)
            if isinstance(now, Stored) and now.version == put["VersionId"]:
                return put["VersionId"]
            if isinstance(error, RefusedError):
                raise
            raise conflict("the stored value") from error
        return put["VersionId"]

    def read_many(self, names: list[str]) -> dict[str, Stored]:
        """Return the current values of those secrets that have one, in order.

        One by one, a few at a time: reading many at once would need a permission on
        every secret of the account.
        """
        with ThreadPoolExecutor(_PARALLEL_READS) as pool:
            found = dict(zip(names, pool.map(self.read, names), strict=True))
        return {
            name: value for name, value in found.items() if isinstance(value, Stored)
        }

    def names(
        self,
        prefixes: list[str],
        *,
        limit: int,
        token: str | None,
        deleted_as: list[str] | None = None,
    ) -> Page | None:
        """Return the names of some secrets that begin with one of some prefixes.

        Args:
            prefixes: what the names begin with.
            limit: how many at most.
            token: an earlier page's, or None for the first.
            deleted_as: means those that wait for deletion, and only those described
                so: they can't be read, and nothing else says what they are.

        Returns:
            A page, or None where the token is not one.
        """
        options: dict[str, Any] = {"NextToken": token} if token is not None else {}
        try:
            with _available():
                answer = self._client.list_secrets(
                    Filters=[{"Key": "name", "Values": prefixes}],
                    IncludePlannedDeletion=deleted_as is not None,
                    MaxResults=limit,
                    **options,
                )
        except (
            self._client.exceptions.InvalidNextTokenException,
            self._client.exceptions.InvalidParameterException,
        ):
            return None
        notes = {
            secret["Name"]: _notes(secret.get("Tags"))
            for secret in answer["SecretList"]
            if ("DeletedDate" in secret) == (deleted_as is not None)
            and (deleted_as is None or secret.get("Description") in deleted_as)
        }
        return Page(notes, answer.get("NextToken"))

    def tag(self, name: str, notes: Mapping[str, str]) -> None:
        """Note something beside a secret, where it can be read after its deletion.

        Raises:
            RefusedError: 409, it was deleted meanwhile.
        """
        exceptions = self._client.exceptions
        try:
            with _available():
                self._client.tag_resource(SecretId=name, Tags=_tags(notes))
        except (
            exceptions.InvalidRequestException,
            exceptions.ResourceNotFoundException,
        ) as error:
            raise conflict("the stored value") from error

    def notes(self, name: str) -> tuple[dict[str, str], str | None]:
        """Return what was noted beside a secret, and which version is current."""
        with _available():
            answer = self._client.describe_secret(SecretId=name)
        notes = _notes(answer.get("Tags"))
        for version, labels in answer.get("VersionIdsToStages", {}).items():
            if "AWSCURRENT" in labels:
                return notes, version
        return notes, None

    def restore(self, name: str) -> None:
        """Cancel a scheduled deletion."""
        with _available():
            self._client.restore_secret(SecretId=name)

    def delete(self, name: str, recovery_days: int) -> bool:
        """Schedule a deletion; from now on nothing can be read.

        Needs no new version, so that it works where a write no longer would.

        Returns:
            Whether there was such a secret.
        """
        try:
            with _available():
                self._client.delete_secret(
                    SecretId=name, RecoveryWindowInDays=recovery_days
                )
        except self._client.exceptions.ResourceNotFoundException:
            return False
        except self._client.exceptions.InvalidRequestException:
            return True
        return True


def _tags(notes: Mapping[str, str]) -> list[TagTypeDef]:
    return [{"Key": name, "Value": value} for name, value in notes.items()]


def _notes(tags: list[TagTypeDef] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or []}
