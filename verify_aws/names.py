"""The names of everything that a run makes: each carries the run's suffix."""

import re
import secrets
from typing import Final, NamedTuple, Self

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH: Final = 10
_SUFFIX: Final = re.compile(f"[a-z0-9]{{{_LENGTH}}}")


class Names(NamedTuple):
    """The names of one run."""

    suffix: str

    @classmethod
    def random(cls) -> Self:
        """Return names that no other run has."""
        return cls("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)))

    @classmethod
    def of(cls, suffix: str) -> Self:
        """Return the names of an earlier run.

        Raises:
            ValueError: the suffix has another form, and could be anybody's.
        """
        if not _SUFFIX.fullmatch(suffix):
            message = f"a suffix is {_LENGTH} of a-z and 0-9, as the run printed it"
            raise ValueError(message)
        return cls(suffix)

    @property
    def stack(self) -> str:
        """The stack with this project's template."""
        return f"verify-{self.suffix}"

    @property
    def probe(self) -> str:
        """The stack with the authorizers that answer fixed policies."""
        return f"{self.stack}-probe"

    @property
    def bucket(self) -> str:
        """The bucket that the packages are deployed from."""
        return f"apikeys-{self.stack}"

    @property
    def secret_prefix(self) -> str:
        """The prefix of all stored secrets' names, except the signing secret's."""
        return f"VERIFY_{self.suffix}_"

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the template that are names."""
        return {
            "SecretNamePrefix": f"{self.secret_prefix}KEY_",
            "LoginNamePrefix": f"{self.secret_prefix}USER_",
            "RolesSecretName": f"{self.secret_prefix}ROLES",
        }

    def is_of_this_run(self, name: str) -> bool:
        """Return whether a name carries this run's suffix as a separate part."""
        return self.suffix in re.split("[^a-z0-9]", name)
