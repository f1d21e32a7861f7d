"""The writing side of Secrets Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, EndpointConnectionError

from admin.errors import RefusedError
from admin.stores.engine import Absence, NameTakenError, Stored
from admin.stores.secrets_manager import SecretStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.admin.doubles import Admin

pytestmark = pytest.mark.only_in("secretsmanager")

_NAME = "APIKEY_0123456789abcdef"


@pytest.fixture
def store(admin: Admin) -> SecretStore:
    """Return the store of a deployment."""
    return admin.deployment.store


def test_a_value_is_read_with_its_version(store: SecretStore) -> None:
    """The version is what a write has to name."""
    version = store.create(_NAME, "text", "About it")
    assert store.read(_NAME) == Stored("text", version)


def test_what_has_no_value_says_why(store: SecretStore) -> None:
    """Never there, or scheduled for deletion."""
    never = store.read(_NAME)
    store.create(_NAME, "text", "About it")
    assert store.delete(_NAME, 7)
    assert (never, store.read(_NAME)) == (Absence.NEVER, Absence.DELETED)


def test_a_name_is_taken_once(store: SecretStore) -> None:
    """By a value, and by one that waits for its deletion: nothing is overwritten."""
    store.create(_NAME, "first", "About it")
    with pytest.raises(NameTakenError):
        store.create(_NAME, "second", "About it")
    store.delete(_NAME, 7)
    with pytest.raises(NameTakenError):
        store.create(_NAME, "third", "About it")


def test_a_value_is_described_and_encrypted_as_the_deployment_says(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the key of a parameter, or with AWS's own where there is none."""
    asked: list[dict[str, Any]] = []

    def create(**arguments: str) -> dict[str, str]:
        asked.append(arguments)
        return {"VersionId": "v"}

    monkeypatch.setattr(admin.secrets, "create_secret", create)
    for kms_key_id in (None, "alias/mine"):
        SecretStore(admin.secrets, kms_key_id).create(_NAME, "text", "About it")
    plain = {"Name": _NAME, "SecretString": "text", "Description": "About it"}
    assert asked == [plain, plain | {"KmsKeyId": "alias/mine"}]


def test_a_value_is_replaced_from_the_version_that_was_read(store: SecretStore) -> None:
    """And the answer is the version to name next."""
    first = store.create(_NAME, "one", "About it")
    second = store.replace(_NAME, "two", first)
    third = store.replace(_NAME, "three", second)
    assert store.read(_NAME) == Stored("three", third)
    assert len({first, second, third}) == 3


def test_a_stale_version_replaces_nothing(store: SecretStore) -> None:
    """Compare-and-swap: the other write stays in force, and its next one works."""
    first = store.create(_NAME, "one", "About it")
    second = store.replace(_NAME, "theirs", first)
    for version in (first, "0" * 32):
        with pytest.raises(RefusedError) as caught:
            store.replace(_NAME, "mine", version)
        assert (caught.value.code.status, caught.value.code) == (
            409,
            "version_conflict",
        )
    assert store.read(_NAME) == Stored("theirs", second)
    assert store.replace(_NAME, "next", second)


def test_replacing_keeps_one_pending_label(store: SecretStore, admin: Admin) -> None:
    """A label a write would use up the twenty that a secret may have."""
    version = store.create(_NAME, "0", "About it")
    for number in range(30):
        version = store.replace(_NAME, str(number), version)
    versions = admin.secrets.list_secret_version_ids(
        SecretId=_NAME, IncludeDeprecated=True
    )["Versions"]
    labels = {label for found in versions for label in found.get("VersionStages", [])}
    assert labels <= {"AWSCURRENT", "AWSPREVIOUS", "APIKEYS_PENDING"}


def test_what_is_not_there_can_not_be_replaced(store: SecretStore) -> None:
    """Somebody deleted it meanwhile: 409."""
    with pytest.raises(RefusedError) as caught:
        store.replace(_NAME, "text", "0" * 32)
    assert (caught.value.code.status, caught.value.code) == (409, "version_conflict")


def test_deleting_what_is_not_there_says_so(store: SecretStore) -> None:
    """True for the one call that did it, no error for any other."""
    never = store.delete(_NAME, 7)
    store.create(_NAME, "text", "About it")
    assert (never, store.delete(_NAME, 7), store.delete(_NAME, 7)) == (
        False,
        True,
        False,
    )
    assert store.is_gone(_NAME)


def test_a_deletion_that_aws_finds_done_is_done(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """InvalidRequestException: it is scheduled already."""

    def done(**_arguments: object) -> None:
        answer: Any = {"Error": {"Code": "InvalidRequestException"}}
        raise admin.secrets.exceptions.InvalidRequestException(answer, "DeleteSecret")

    monkeypatch.setattr(admin.secrets, "delete_secret", done)
    store = admin.deployment.store
    assert (store.delete(_NAME, 7), store.is_gone(_NAME)) == (False, True)


def test_what_has_replicas_is_not_gone(store: SecretStore, admin: Admin) -> None:
    """AWS refuses to delete it, whatever it answers: a read says so."""
    store.create(_NAME, "text", "About it")
    admin.secrets.replicate_secret_to_regions(
        SecretId=_NAME, AddReplicaRegions=[{"Region": "eu-central-1"}]
    )
    assert (store.delete(_NAME, 7), store.is_gone(_NAME)) == (False, False)
    admin.secrets.remove_regions_from_replication(
        SecretId=_NAME, RemoveReplicaRegions=["eu-central-1"]
    )
    assert (store.delete(_NAME, 7), store.is_gone(_NAME)) == (True, True)


def test_a_deletion_is_in_force_once_a_read_says_so(
    store: SecretStore, monkeypatch: pytest.MonkeyPatch, lags: list[float]
) -> None:
    """Reads may lag behind it; the last one decides."""
    lagging = iter([Stored("text", "v")] * 3 + [Absence.DELETED])
    monkeypatch.setattr(store, "read", lambda _: next(lagging))
    assert store.is_gone(_NAME)
    assert lags == [0.2, 0.4, 0.8]


def test_a_token_that_is_none_of_its_own_ends_a_list(
    store: SecretStore, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None for a token that AWS does not know; without one it can't be at fault."""

    def fail(**_arguments: object) -> None:
        code = "InvalidParameterException"
        raise admin.secrets.exceptions.from_code(code)(
            {"Error": {"Code": code}}, "ListSecrets"
        )

    monkeypatch.setattr(admin.secrets, "list_secrets", fail)
    assert store.names(["APIKEY_"], limit=1, token="canary") is None
    with pytest.raises(RefusedError) as caught:
        store.names(["APIKEY_"], limit=1, token=None)
    assert caught.value.code == "store_unavailable"


_CALLS: list[tuple[str, Callable[[SecretStore], object]]] = [
    ("get_secret_value", lambda store: store.read(_NAME)),
    ("create_secret", lambda store: store.create(_NAME, "canary", "About it")),
    ("put_secret_value", lambda store: store.replace(_NAME, "canary", "0" * 32)),
    ("delete_secret", lambda store: store.delete(_NAME, 7)),
    ("describe_secret", lambda store: store.notes(_NAME)),
    ("tag_resource", lambda store: store.note(_NAME, {"a": "b"})),
    ("restore_secret", lambda store: store.restore(_NAME)),
    (
        "list_secrets",
        lambda store: store.names(["APIKEY_"], limit=1, token=None),
    ),
]


def _errors_of_the_model() -> list[tuple[str, Callable[[SecretStore], object], str]]:
    """Return each call with each error that AWS says it may answer with."""
    model = botocore.session.get_session().get_service_model("secretsmanager")
    methods = {xform_name(name): name for name in model.operation_names}
    return [
        (method, call, shape.name)
        for method, call in _CALLS
        for shape in model.operation_model(methods[method]).error_shapes
    ]


@pytest.mark.parametrize(("method", "call", "code"), _errors_of_the_model())
def test_no_answer_of_secrets_manager_is_a_crash(
    admin: Admin,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    call: Callable[[SecretStore], object],
    code: str,
) -> None:
    """Each error that a call may have is an answer or a refusal with a status."""

    def fail(**_arguments: object) -> None:
        answer: Any = {"Error": {"Code": code, "Message": "canary"}}
        raise admin.secrets.exceptions.from_code(code)(answer, method)

    monkeypatch.setattr(admin.secrets, method, fail)
    try:
        call(admin.deployment.store)
    except NameTakenError:
        assert method == "create_secret"
    except RefusedError as refused:
        assert refused.code.status in {409, 503}
        assert "canary" not in str(refused)


def _client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "canary"}}, "Operation")


@pytest.mark.parametrize("called", _CALLS, ids=[name for name, _ in _CALLS])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (_client_error("ThrottlingException"), "ThrottlingException"),
        (_client_error("AccessDeniedException"), "AccessDeniedException"),
        (_client_error("LimitExceededException"), "LimitExceededException"),
        (EndpointConnectionError(endpoint_url="canary"), "EndpointConnectionError"),
    ],
)
def test_what_is_not_an_answer_about_the_secret_is_503(
    admin: Admin,
    monkeypatch: pytest.MonkeyPatch,
    called: tuple[str, Callable[[SecretStore], object]],
    error: Exception,
    code: str,
) -> None:
    """Only by the error's name: its text may quote what was sent."""

    def fail(**_arguments: object) -> None:
        raise error

    method, call = called
    monkeypatch.setattr(admin.secrets, method, fail)
    with pytest.raises(RefusedError) as caught:
        call(admin.deployment.store)
    assert (caught.value.code.status, caught.value.code) == (503, "store_unavailable")
    expected = f"Secrets Manager does not serve this function: {code}"
    assert str(caught.value) == expected


def test_repr_shows_only_the_version() -> None:
    """A stored value never gets into a log by accident."""
    assert repr(Stored("canary", "v1")) == "Stored(version='v1')"
