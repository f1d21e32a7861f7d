"""AWS Signature Version 4, compared with botocore's byte for byte."""

from __future__ import annotations

import calendar
import datetime as dt
import time

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from authorizer.readers.sigv4 import Credentials, Signer

_HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "host": "secretsmanager.eu-west-1.amazonaws.com",
    "x-amz-target": "secretsmanager.GetSecretValue",
}
_ACCESS_KEY = "AKIA" + "EXAMPLE" * 2
_SECRET_KEY = "a secret/access+key"
_NOW = 1_800_000_000


def _ours(
    body: bytes, now: float, token: str | None, *, region: str = "eu-west-1"
) -> dict[str, str]:
    credentials = Credentials(_ACCESS_KEY, _SECRET_KEY, token)
    return Signer(credentials, "secretsmanager", region).sign(_HEADERS, body, now)


def _botocores(
    body: bytes, now: float, token: str | None, *, region: str = "eu-west-1"
) -> dict[str, str]:
    credentials = BotocoreCredentials(_ACCESS_KEY, _SECRET_KEY, token)
    signer = SigV4Auth(credentials, "secretsmanager", region)
    request = AWSRequest(
        method="POST",
        url=f"https://{_HEADERS['host']}/",
        headers={name: value for name, value in _HEADERS.items() if name != "host"},
        data=body,
    )
    instant = dt.datetime.fromtimestamp(int(now), dt.UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.auth.get_current_datetime", lambda: instant)
        signer.add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@given(
    st.binary(max_size=300),
    st.floats(min_value=0, max_value=4e9),
    st.none() | st.text("abcdefABCDEF0123456789+/=", min_size=1, max_size=80),
    st.sampled_from(["eu-west-1", "us-gov-west-1", "cn-north-1"]),
)
def test_the_signature_is_botocores(
    body: bytes, now: float, token: str | None, region: str
) -> None:
    """With and without a session token, for any body, at any time."""
    ours = _ours(body, now, token, region=region)
    theirs = _botocores(body, now, token, region=region)
    assert {name: ours[name] for name in theirs} == theirs
    assert set(ours) - set(theirs) == {"host"}


def test_all_headers_are_returned() -> None:
    """Those given, the date, the token and the signature."""
    assert _ours(b"{}", _NOW, "a token").keys() == {
        *_HEADERS,
        "authorization",
        "x-amz-date",
        "x-amz-security-token",
    }


def test_a_signer_follows_the_day() -> None:
    """Its key is derived again at midnight UTC, also when the clock steps back."""
    credentials = Credentials(_ACCESS_KEY, _SECRET_KEY, "a token")
    signer = Signer(credentials, "secretsmanager", "eu-west-1")
    midnight = calendar.timegm((2027, 1, 16, 0, 0, 0))
    for now in (midnight - 1, midnight, midnight + 1, midnight - 1):
        found = signer.sign(_HEADERS, b"{}", now)["authorization"]
        assert found == _botocores(b"{}", now, "a token")["authorization"]


def test_the_key_of_a_day_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five MACs at the first request, one at the next."""
    made: list[str] = []

    def counted(key: bytes, text: str) -> bytes:
        made.append(text)
        return key[:1] * 32

    monkeypatch.setattr("authorizer.readers.sigv4._hmac", counted)
    signer = Signer(Credentials(_ACCESS_KEY, _SECRET_KEY, None), "s", "r")
    signer.sign(_HEADERS, b"{}", _NOW)
    signer.sign(_HEADERS, b"{}", _NOW + 1)
    assert len(made) == 5 + 1
    assert made[:4] == [
        time.strftime("%Y%m%d", time.gmtime(_NOW)),
        "r",
        "s",
        "aws4_request",
    ]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, None),
        ({"AWS_ACCESS_KEY_ID": "a"}, None),
        ({"AWS_SECRET_ACCESS_KEY": "s"}, None),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "s"}, None),
        ({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": ""}, None),
        (
            {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"},
            ("a", "s", None),
        ),
        (
            {
                "AWS_ACCESS_KEY_ID": "a",
                "AWS_SECRET_ACCESS_KEY": "s",
                "AWS_SESSION_TOKEN": "t",
            },
            ("a", "s", "t"),
        ),
    ],
)
def test_credentials_are_read_from_the_environment(
    environ: dict[str, str], expected: tuple[str, str, str | None] | None
) -> None:
    """Where it has both parts of an access key."""
    found = Credentials.from_environ(environ)
    read = found and (found.access_key_id, found.secret_access_key, found.session_token)
    assert read == expected


def test_repr_shows_no_secret() -> None:
    """Only the access key's id."""
    assert repr(Credentials("id", "canary", "canary")) == "Credentials(id, …)"
