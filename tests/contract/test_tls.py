"""Whom the lean reader trusts: a real TLS handshake on the loopback interface."""

from __future__ import annotations

import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
import trustme

from apikeys.errors import StoreUnavailableError
from authorizer.readers import tls
from authorizer.readers.endpoint import Endpoint
from authorizer.readers.secrets_manager import SecretsManager
from authorizer.readers.sigv4 import Credentials, Signer
from authorizer.readers.tls import Trust
from tests.subject import subject_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BODY = b'{"SecretString": "a value"}'


class _Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(_BODY)))
        self.end_headers()
        self.wfile.write(_BODY)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that does not trust this server."""


@pytest.fixture
def authority() -> trustme.CA:
    """Return a certificate authority that nobody knows yet."""
    return trustme.CA()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    """Return a file that holds the authority's certificate."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


@pytest.fixture
def stranger(tmp_path: Path) -> str:
    """Return a file that holds another authority's certificate."""
    file = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    return str(file)


@pytest.fixture(params=["127.0.0.1"])
def port(authority: trustme.CA, request: pytest.FixtureRequest) -> Iterator[int]:
    """Return the port of a server that proves to be the host of its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(request.param).configure_cert(context)
    server = _Server(("127.0.0.1", 0), _Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def _read(port: int, trust: Trust) -> object:
    signer = Signer(Credentials("test", "test", None), "secretsmanager", "r")
    reader = SecretsManager(Endpoint(f"https://127.0.0.1:{port}"), signer, trust)
    try:
        return reader.read("a-name", time.monotonic() + 10)
    except StoreUnavailableError as error:
        return str(error)
    finally:
        reader._service._close()


_REFUSED = "no answer from Secrets Manager: SSLCertVerificationError"


def test_the_configured_bundle_is_trusted(port: int, bundle: str) -> None:
    """``AWS_CA_BUNDLE`` is what the AWS SDKs read, too."""
    assert _read(port, Trust.from_environ({"AWS_CA_BUNDLE": bundle})) == "a value"


def test_nobody_else_is_trusted_with_a_bundle(
    port: int, stranger: str, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A configured bundle is used alone: the default store does not come after it."""
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    assert _read(port, Trust.from_environ({"AWS_CA_BUNDLE": stranger})) == _REFUSED


@pytest.fixture
def roots(authority: trustme.CA, tmp_path: Path) -> str:
    """Return a folder of roots as the package has it, the authority's among them."""
    folder = tmp_path / "amazon-roots"
    folder.mkdir()
    for pem in (trustme.CA().cert_pem, authority.cert_pem):
        name = subject_hash(pem.bytes().decode())
        pem.write_to_path(str(folder / f"{name}.0"))
    return str(folder)


def test_the_packaged_roots_come_first(
    port: int, roots: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the package has roots, the default store is not even loaded."""
    monkeypatch.setattr(tls, "AMAZON_ROOTS", roots)
    monkeypatch.delattr(ssl, "create_default_context")
    assert _read(port, Trust.from_environ({})) == "a value"


def test_of_the_packaged_roots_the_one_that_is_needed_is_loaded(
    port: int, roots: str
) -> None:
    """Each of them costs a start as much as a hundredth of an empty function's."""
    trust = Trust(roots, widens=True)
    assert trust.context().cert_store_stats()["x509"] == 0
    assert _read(port, trust) == "a value"
    assert trust.context().cert_store_stats()["x509"] == 1


def test_the_default_store_comes_after_the_packaged_roots(
    port: int, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roots age: a certificate they can't verify may have one that the system knows."""
    monkeypatch.setattr(tls, "AMAZON_ROOTS", str(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    assert _read(port, Trust.from_environ({})) == "a value"


def test_an_unknown_authority_is_an_outage(
    port: int, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody vouches for this server: no request is sent."""
    monkeypatch.setattr(tls, "AMAZON_ROOTS", stranger)
    monkeypatch.setenv("SSL_CERT_FILE", stranger)
    assert _read(port, Trust.from_environ({})) == _REFUSED


@pytest.mark.parametrize("port", ["example.org"], indirect=True)
def test_the_certificate_of_another_host_is_refused(port: int, bundle: str) -> None:
    """A trusted authority's certificate counts only for its own host."""
    assert _read(port, Trust.from_environ({"AWS_CA_BUNDLE": bundle})) == _REFUSED


def test_without_packaged_roots_the_default_store_is_trusted(
    port: int, bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a checkout, where nothing was built."""
    monkeypatch.setattr(tls, "AMAZON_ROOTS", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", bundle)
    assert _read(port, Trust.from_environ({})) == "a value"


def test_what_speaks_no_tls_is_an_outage(bundle: str) -> None:
    """The connection is closed and nothing is sent in clear."""
    plain = _Server(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=plain.serve_forever, daemon=True)
    thread.start()
    try:
        found = _read(plain.server_address[1], Trust(bundle, widens=False))
    finally:
        plain.shutdown()
        plain.server_close()
        thread.join()
    assert str(found).startswith("no answer from Secrets Manager: ")
