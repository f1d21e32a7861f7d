"""What Secrets Manager tells of stored secrets without their values: names and tags.

The tags are the engine's notes. They can be read while a deletion is scheduled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin.errors import conflict
from admin.stores import availability
from admin.stores.engine import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef


class SecretList:
    """Names of stored secrets, and the tags of each."""

    def __init__(self, client: SecretsManagerClient) -> None:
        self._client = client

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
        exceptions = self._client.exceptions
        options: dict[str, Any] = {"NextToken": token} if token is not None else {}
        # Only a token can be at fault: all else in the request is the function's own.
        bad_token = (
            ()
            if token is None
            else (
                exceptions.InvalidNextTokenException,
                exceptions.InvalidParameterException,
            )
        )
        try:
            with availability.store(*bad_token):
                answer = self._client.list_secrets(
                    Filters=[{"Key": "name", "Values": prefixes}],
                    IncludePlannedDeletion=deleted_as is not None,
                    MaxResults=limit,
                    **options,
                )
        except bad_token:
            return None
        notes = {
            secret["Name"]: _notes(secret.get("Tags"))
            for secret in answer["SecretList"]
            if ("DeletedDate" in secret) == (deleted_as is not None)
            and (deleted_as is None or secret.get("Description") in deleted_as)
        }
        return Page(notes, answer.get("NextToken"))

    def note(self, name: str, notes: Mapping[str, str]) -> None:
        """Tag a secret, whose tags can be read after its deletion.

        Raises:
            RefusedError: 409, it was deleted meanwhile.
        """
        exceptions = self._client.exceptions
        gone = (
            exceptions.InvalidRequestException,
            exceptions.ResourceNotFoundException,
        )
        try:
            with availability.store(*gone):
                self._client.tag_resource(SecretId=name, Tags=tags(notes))
        except gone as error:
            raise conflict("the stored value") from error

    def notes(self, name: str) -> tuple[dict[str, str], str | None]:
        """Return the tags of a secret, deleted or not, and which version is current.

        Raises:
            RefusedError: 409, it was purged meanwhile.
        """
        gone = self._client.exceptions.ResourceNotFoundException
        try:
            with availability.store(gone):
                answer = self._client.describe_secret(SecretId=name)
        except gone as error:
            raise conflict("the stored value") from error
        notes = _notes(answer.get("Tags"))
        for version, labels in answer.get("VersionIdsToStages", {}).items():
            if "AWSCURRENT" in labels:
                return notes, version
        return notes, None


def tags(notes: Mapping[str, str]) -> list[TagTypeDef]:
    """Return notes as Secrets Manager's tags."""
    return [{"Key": name, "Value": value} for name, value in notes.items()]


def _notes(found: list[TagTypeDef] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in found or []}
