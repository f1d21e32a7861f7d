"""What can go wrong, as a tree; a refused credential is a decision, not an error.

ApiKeyError
├── MalformedKeyError            what was presented is not a key
├── MalformedDocumentError       a stored document breaks its grammar
│   ├── MalformedRecordError
│   │   └── NotOntoPopError
│   ├── MalformedRoleMapError    carries every finding
│   └── MalformedSigningSecretError
├── TooIntricateError            a role map would take too long to compile
└── FaultError                   the answer is 500; carries the operator's reason
    ├── StoreUnavailableError    an outage: try again, a known record may go stale
    ├── StoreRefusedError        access denied, KMS: a decision, nothing goes stale
    ├── OverloadedError          more look-ups were provoked than are admitted
    └── MisconfiguredError       settings, role map, signing secret, method ARN
"""


class ApiKeyError(Exception):
    """Base of this project's errors; never raised itself."""


class MalformedKeyError(ApiKeyError):
    """The presented text does not have the grammar of a key."""


class MalformedDocumentError(ApiKeyError):
    """A stored document is not what it should be; says where, never what it holds."""


class MalformedRecordError(MalformedDocumentError):
    """A record can't be read; names the field."""


class NotOntoPopError(MalformedRecordError):
    """The record under a key's text is not OntoPop's, but another credential's."""


class MalformedSigningSecretError(MalformedDocumentError):
    """The signing secret can't be read."""


class MalformedRoleMapError(MalformedDocumentError):
    """The role map breaks rules; ``findings`` has one sentence for each."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("; ".join(findings))
        self.findings = findings


class TooIntricateError(ApiKeyError):
    """Routes of a role map overlap in too many ways."""


class FaultError(ApiKeyError):
    """The request can't be judged; fails closed with 500.

    Attributes:
        reason: the operator's word for why.
        api: the id of the API at which it arose, and …
        stage: … its stage, where the event named them.
        key_id: of the key that was looked at, where it is known to be genuine, and …
        login: … of the account, where it has a record.
        cached: whether the record came from the cache, None where none was needed.
    """

    reason = "misconfigured"
    api: str | None = None
    stage: str | None = None
    key_id: str | None = None
    login: str | None = None
    cached: bool | None = None


class StoreUnavailableError(FaultError):
    """The store did not answer, throttled or failed; trying again may help."""

    reason = "store_unavailable"


class StoreRefusedError(FaultError):
    """The store answered that this function may not read, or KMS refused."""

    reason = "store_unavailable"


class OverloadedError(FaultError):
    """Strangers provoked more work than an environment allows."""

    reason = "overloaded"


class MisconfiguredError(FaultError):
    """Something the operator has to fix; the message says what."""
