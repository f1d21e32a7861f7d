"""OntoPop's own stored secrets, whose names contain the keys in clear.

Read with the identity of whoever runs the command line. No name, no ARN and no text
from AWS about one goes further than this module: a secret is identified by the end of
its ARN, which Secrets Manager made up.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from apikeys import document, foreign
from apikeys.defaults import RECOVERY_DAYS
from apikeys.key import is_key_id
from apikeys_cli.batch.import_rows import ImportRow, import_row
from apikeys_cli.dates import counted
from apikeys_cli.errors import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apikeys_cli.connection import Connection

_PARALLEL_READS = 8
_MARK_WIDTH = 6
_FIELDS = ("key", *foreign.ONTOPOP_FIELDS)


class OntoPopSecrets:
    """The records under a prefix that OntoPop itself wrote."""

    def __init__(self, connection: Connection, prefix: str) -> None:
        # It takes longer to import than it takes to show the help.
        from botocore.config import Config  # noqa: PLC0415 - as it says

        config = Config(
            max_pool_connections=_PARALLEL_READS,
            retries={"mode": "standard", "total_max_attempts": 5},
        )
        self._client = connection.client("secretsmanager", config)
        self._prefix = prefix

    def rows(self, defaults: Mapping[str, Any]) -> list[ImportRow]:
        """Return a row for each record, except for what this project wrote.

        Args:
            defaults: for fields that a record leaves out.

        Raises:
            UnreachableError: AWS lets this identity read none of them.
        """
        listed = self._listed()
        with ThreadPoolExecutor(_PARALLEL_READS) as pool:
            read = list(pool.map(self._read, listed.values()))
        codes = [text.code for text in read if isinstance(text, UnreachableError)]
        if codes and len(codes) == len(listed):
            secrets = counted(len(listed), "secret")
            message = f"none of {secrets} can be read: {codes[0]}"
            raise UnreachableError(message, codes[0])
        rows = [
            self._row(name, arn, text, defaults)
            for (name, arn), text in zip(listed.items(), read, strict=True)
        ]
        return [row for row in rows if row is not None]

    def delete(self, arn: str) -> None:
        """Schedule the deletion of one of them.

        Raises:
            UnreachableError: AWS refuses or fails.
        """
        try:
            self._client.delete_secret(SecretId=arn, RecoveryWindowInDays=RECOVERY_DAYS)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            message = f"a secret of OntoPop's can't be deleted: {code}"
            raise UnreachableError(message, code) from None

    def _listed(self) -> dict[str, str]:
        pages = self._client.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [self._prefix]}]
        )
        return {
            secret["Name"]: secret["ARN"]
            for page in pages
            for secret in page["SecretList"]
        }

    def _read(self, arn: str) -> str | UnreachableError:
        try:
            answer = self._client.get_secret_value(
                SecretId=arn, VersionStage="AWSCURRENT"
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            return UnreachableError(f"can't be read: {code}", code)
        return str(answer.get("SecretString", ""))

    def _row(
        self,
        name: str,
        arn: str,
        text: str | UnreachableError,
        defaults: Mapping[str, Any],
    ) -> ImportRow | None:
        mark, key = arn[-_MARK_WIDTH:], name.removeprefix(self._prefix)
        try:
            if isinstance(text, UnreachableError):
                raise ValueError(text.message)  # noqa: TRY301 - as a record's faults
            found = document.loads(text)
        except ValueError as error:
            # A record of this project's, which doctor reports.
            if is_key_id(key):
                return None
            return ImportRow(line=mark, faults=(str(error),))
        if "schemaVersion" in found:
            return None
        if found.get("key") != key:
            # No client ever gets in with it.
            fault = "key: is not the one in the secret's name"
            return ImportRow(line=mark, faults=(fault,))
        known = {field: found[field] for field in _FIELDS if field in found}
        row = import_row(mark, {"issueDate": None, **known}, defaults)
        return replace(row, arn=arn)
