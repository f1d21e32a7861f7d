"""One stored secret of a Secrets Manager in memory: versions, labels and tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.harness.client import ServiceError

_LONGEST_VALUE = 65_536
_MOST_TAGS = 50
CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


@dataclass(slots=True)
class StoredSecret:
    """A secret as AWS keeps it.

    Attributes:
        arn: ends in six characters that another secret of the same name has not.
        values: the text of each version, by its id.
        labels: the version that each staging label is on; a label is on one at most.
        tags: names and values.
        deleted_at: when its deletion was asked for, None while it lives.
        replicas: the regions it is replicated to; AWS deletes none that has some.
    """

    name: str
    arn: str
    description: str = ""
    values: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    deleted_at: float | None = None
    replicas: list[str] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """The current value, which a secret has while its deletion waits, too."""
        return self.values.get(self.labels.get(CURRENT, ""))

    def labels_of(self, version: str) -> list[str]:
        """Return the labels on a version."""
        return sorted(name for name, on in self.labels.items() if on == version)

    def require_living(self) -> None:
        """Refuse what AWS refuses while a deletion is scheduled."""
        if self.deleted_at is not None:
            raise ServiceError(
                "InvalidRequestException",
                "You tried to perform the operation on a secret that's currently "
                "marked deleted.",
            )

    def answer(self, **more: Any) -> dict[str, Any]:
        """Return what AWS says of a secret in every answer, and more."""
        return {"ARN": self.arn, "Name": self.name, **more}

    def described(self) -> dict[str, Any]:
        """Return what is told of a secret without its values."""
        labelled = {version: self.labels_of(version) for version in self.values}
        told: dict[str, Any] = {
            "Description": self.description,
            "Tags": [
                {"Key": name, "Value": value} for name, value in self.tags.items()
            ],
            "SecretVersionsToStages": {v: on for v, on in labelled.items() if on},
        }
        if self.deleted_at is not None:
            told["DeletedDate"] = datetime.fromtimestamp(self.deleted_at, UTC)
        return told

    def tag(self, tags: list[dict[str, str]]) -> None:
        """Set tags in addition to those that exist."""
        found = self.tags | {tag["Key"]: tag["Value"] for tag in tags}
        if len(found) > _MOST_TAGS or any(name.startswith("aws:") for name in found):
            raise _bad("At most 50 tags, none of AWS's own.")
        self.tags = found

    def put(self, version: str, text: str, labels: list[str]) -> None:
        """Add a version under labels; the same again adds none."""
        if len(text.encode()) > _LONGEST_VALUE:
            raise _bad("The value is at most 65536 bytes long.")
        if version in self.values:
            if self.values[version] != text:
                raise ServiceError(
                    "ResourceExistsException",
                    "You can't use ClientRequestToken because that value is already "
                    "in use for a version of this secret.",
                )
            return
        first = not self.values
        self.values[version] = text
        for label in {*labels, CURRENT} if first else labels:
            self.move(label, version)

    def move(self, label: str, version: str) -> None:
        """Put a label on a version; ``AWSPREVIOUS`` follows ``AWSCURRENT``."""
        left = self.labels.get(label)
        self.labels[label] = version
        if label == CURRENT and left is not None and left != version:
            self.labels[PREVIOUS] = left

    def move_from(self, label: str, left: str | None, to: str | None) -> None:
        """Move a label, or take it away, only from the version that it is on."""
        for version in (left, to):
            if version is not None and version not in self.values:
                raise _bad(f"Not a valid version: {version}")
        on = self.labels.get(label)
        if on is not None and on != left and (on != to or left is not None):
            raise _bad(f"Staging label {label} is currently attached to version {on}.")
        if on is None and left is not None:
            raise _bad(f"Staging label {label} is not attached to version {left}.")
        if to is not None:
            self.move(label, to)
        elif label == CURRENT:
            raise _bad("AWSCURRENT can be moved, not removed.")
        else:
            self.labels.pop(label, None)


def _bad(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)
