"""What Secrets Manager shows of stored secrets without their values: names and tags.

The tags are the engine's notes. They can be read while a deletion is scheduled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin.errors import conflict
from admin.stores import availability
from admin.stores.engine import EVERYTHING, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import (
        ListSecretsRequestTypeDef,
        TagTypeDef,
    )

    from admin.stores.engine import Wanted


class SecretList:
    """The names of stored secrets, and their tags."""

    def __init__(self, client: SecretsManagerClient) -> None:
        self._client = client

    def names(
        self,
        prefixes: list[str],
        *,
        limit: int,
        token: str | None,
        wanted: Wanted = EVERYTHING,
        deleted_as: list[str] | None = None,
    ) -> Page | None:
        """List secrets, whether or not their values may be read.

        Lists all, whichever are wanted: names and tags don't show that.
        """
        del wanted
        exceptions = self._client.exceptions
        request: ListSecretsRequestTypeDef = {
            "Filters": [{"Key": "name", "Values": prefixes}],
            "IncludePlannedDeletion": deleted_as is not None,
            "MaxResults": limit,
        }
        if token is not None:
            request["NextToken"] = token
        # Only a token can be at fault: the rest of the request is the function's own.
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
                answer = self._client.list_secrets(**request)
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
        """Tag a secret."""
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
        """Return the tags of a secret, and which version has ``AWSCURRENT``."""
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
