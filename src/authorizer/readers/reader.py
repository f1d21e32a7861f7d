"""The small interface behind which Secrets Manager is read."""

from __future__ import annotations

from authorizer.readers.endpoint import Endpoint
from authorizer.readers.secrets_manager import SecretsManager
from authorizer.readers.sigv4 import Credentials, Signer
from authorizer.readers.tls import Trust

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from apikeys.decision import Reason

    class Reader(Protocol):
        """Reads the current value of a stored secret."""

        def read(self, name: str, deadline: float) -> str | Reason:
            """Return the text or why there is none; see ``SecretsManager.read``."""
            ...


def choose_reader(environ: Mapping[str, str]) -> Reader:
    """Return the lean reader, or boto3's where the environment has no credentials."""
    credentials = Credentials.from_environ(environ)
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if credentials is None or not region:
        from authorizer.readers.boto3_reader import Boto3Reader  # noqa: PLC0415 - slow, rare

        return Boto3Reader()
    endpoint = Endpoint.from_environ(environ, region)
    signer = Signer(credentials, "secretsmanager", region)
    return SecretsManager(endpoint, signer, Trust.from_environ(environ))
