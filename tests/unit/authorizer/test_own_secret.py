"""A stored secret of the deployment's own: the signing keys, or the role map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apikeys.decision import Reason
from apikeys.errors import (
    MisconfiguredError,
    StoreRefusedError,
    StoreUnavailableError,
)
from apikeys.roles import RoleMap
from apikeys.signing import SigningKeys
from authorizer import source as source_module
from authorizer.own_secret import OwnSecret
from authorizer.source import Source
from tests.builders import SIGNING_TEXT, at, signing_secret
from tests.fakes import ROLES_NAME, SIGNING_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes import FakeReader

_OUTAGE = StoreUnavailableError("down")
_DENIED = StoreRefusedError("denied")


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "_jitter", lambda: 1.0)


def _secret[T](
    reader: FakeReader,
    name: str = SIGNING_NAME,
    parse: Callable[[str], T] = SigningKeys.parse,  # type: ignore[assignment]
) -> OwnSecret[T]:
    return OwnSecret(name, parse, 30, Source(reader, 300))


_DOCUMENTS = pytest.mark.parametrize(
    ("name", "parse"),
    [(SIGNING_NAME, SigningKeys.parse), (ROLES_NAME, RoleMap.loads)],
)


@_DOCUMENTS
def test_it_is_read_once_in_its_ttl(
    reader: FakeReader, name: str, parse: Callable[[str], object]
) -> None:
    """With the deadline of the request that reads it."""
    secret = _secret(reader, name, parse)
    found = [secret.get(at(seconds)) for seconds in (0, 10, 29.9)]
    assert found == found[:1] * 3
    assert (reader.reads, reader.deadlines) == ([name], [3])
    secret.get(at(30))
    assert reader.reads == [name] * 2


def test_a_change_is_seen_after_its_ttl(reader: FakeReader) -> None:
    """A rotation of the signing key, say."""
    secret = _secret(reader)
    assert secret.get(at(0)).current == SIGNING_TEXT.encode()
    reader.values[SIGNING_NAME] = signing_secret("n" * 64, SIGNING_TEXT)
    found = secret.get(at(30))
    assert (found.current, found.previous) == (b"n" * 64, (SIGNING_TEXT.encode(),))


@_DOCUMENTS
def test_a_text_that_is_read_again_keeps_its_value(
    reader: FakeReader, name: str, parse: Callable[[str], object]
) -> None:
    """And so what was made from it; neither a change nor a way back deceives it."""
    secret, text = _secret(reader, name, parse), str(reader.values[name])
    first = secret.get(at(0))
    assert secret.get(at(30)) is first
    reader.values[name] = f" {text}"
    second = secret.get(at(60))
    assert second is not first
    reader.values[name] = "not JSON"
    with pytest.raises(MisconfiguredError):
        secret.get(at(90))
    reader.values[name] = f" {text}"
    third = secret.get(at(92))
    assert third is not second
    assert secret.get(at(122)) is third


def test_a_failure_may_be_forgotten(reader: FakeReader) -> None:
    """So that the next request asks at once."""
    secret, good = _secret(reader), reader.values[SIGNING_NAME]
    reader.values[SIGNING_NAME] = _OUTAGE
    with pytest.raises(StoreUnavailableError):
        secret.get(at(0))
    reader.values[SIGNING_NAME] = good
    secret.forget_failure()
    assert secret.get(at(0.1))


@_DOCUMENTS
def test_own_documents_go_stale_by_the_same_rule(
    reader: FakeReader, name: str, parse: Callable[[str], object]
) -> None:
    """An outage leaves the last known one in force until TTL and stale seconds."""
    secret = _secret(reader, name, parse)
    known = secret.get(at(0))
    reader.values[name] = _OUTAGE
    assert [secret.get(at(30)), secret.get(at(329.9))] == [known] * 2
    with pytest.raises(StoreUnavailableError):
        secret.get(at(330))


@_DOCUMENTS
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Reason.UNKNOWN, "the stored secret {} is unknown"),
        (Reason.REVOKED, "the stored secret {} is revoked"),
        (Reason.CORRUPT, "the stored secret {} is corrupt"),
        ("canary", "not a JSON object"),
        ('{"roles": "canary", "current": "canary"}', ""),
    ],
)
def test_a_missing_or_unreadable_document_is_misconfigured(
    reader: FakeReader,
    name: str,
    parse: Callable[[str], object],
    value: str | Reason,
    message: str,
) -> None:
    """500, at once, though one was known; and the next read puts it right."""
    secret = _secret(reader, name, parse)
    secret.get(at(0))
    before = reader.values[name]
    reader.values[name] = value
    with pytest.raises(MisconfiguredError) as caught:
        secret.get(at(30))
    assert message.format(name) in str(caught.value)
    assert "canary" not in str(caught.value)
    reader.values[name] = _OUTAGE
    with pytest.raises(StoreUnavailableError):
        secret.get(at(31))
    reader.values[name] = before
    assert secret.get(at(32))


@_DOCUMENTS
def test_access_denied_takes_a_document_away_at_once(
    reader: FakeReader, name: str, parse: Callable[[str], object]
) -> None:
    """The store's decision about the signing secret or the role map holds."""
    secret = _secret(reader, name, parse)
    secret.get(at(0))
    reader.values[name] = _DENIED
    with pytest.raises(StoreRefusedError):
        secret.get(at(30))
    reader.values[name] = _OUTAGE
    with pytest.raises(StoreUnavailableError):
        secret.get(at(31))


@_DOCUMENTS
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (_OUTAGE, StoreUnavailableError),
        (_DENIED, StoreRefusedError),
        (Reason.UNKNOWN, MisconfiguredError),
        ("not JSON", MisconfiguredError),
    ],
)
def test_a_failure_to_read_a_document_is_remembered_for_a_second(
    reader: FakeReader,
    name: str,
    parse: Callable[[str], object],
    value: str | Reason | Exception,
    kind: type[Exception],
) -> None:
    """The same fault without a read; then what an operator has set right is seen."""
    secret, good = _secret(reader, name, parse), reader.values[name]
    reader.values[name] = value
    told = []
    for seconds in (0, 0.5, 0.999):
        with pytest.raises(kind) as caught:
            secret.get(at(seconds))
        assert type(caught.value) is kind
        told.append(str(caught.value))
    assert len(set(told)) == 1
    assert reader.reads == [name]
    reader.values[name] = good
    assert secret.get(at(1))


def test_a_remembered_failure_is_raised_again(reader: FakeReader) -> None:
    """One exception raised again and again would grow with every raising."""
    reader.values[SIGNING_NAME] = _DENIED
    secret, errors = _secret(reader), []
    for _ in range(3):
        with pytest.raises(StoreRefusedError) as caught:
            secret.get(at())
        errors.append(caught.value)
    assert len({id(error) for error in errors}) == 3
    assert secret._failure is not None
    assert secret._failure.value.__traceback__ is None


def test_in_an_outage_a_stale_document_is_not_a_failure(reader: FakeReader) -> None:
    """It serves, and is asked for every five seconds."""
    secret = _secret(reader)
    secret.get(at(0))
    reader.values[SIGNING_NAME] = _OUTAGE
    for seconds in (30, 31, 34.9, 35):
        assert secret.get(at(seconds))
    assert reader.reads == [SIGNING_NAME] * 3
    assert secret._failure is None
