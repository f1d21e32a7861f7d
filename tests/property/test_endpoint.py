"""The URL of an endpoint is read as the standard library reads it, or refused."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from hypothesis import event, example, given
from hypothesis import strategies as st

from authorizer.readers.endpoint import Endpoint

_hosts = st.sampled_from(["localhost", "A.example", "127.0.0.1", "[::1]", "[::F]", ""])
_ports = st.sampled_from(["", ":", ":0", ":80", ":65535", ":65536", ":x", ":\u0663"])
_odd = st.text(":/[]@?#%.0aZ\\ \u212a", max_size=4)


_urls = st.tuples(
    st.sampled_from(["http", "HTTPS", "ftp", ""]),
    st.sampled_from(["://", "://", ":", "//"]),
    _hosts,
    _odd,
    _ports,
    st.sampled_from(["", "/", "/path", "?query", "#fragment"]),
).map("".join)


@given(_urls)
@example("https://vpce.example")
@example("http://localhost:4566/")
@example("http://[::1]:8080")
def test_what_is_read_of_a_url_urlsplit_reads_too(url: str) -> None:
    """Without its import: scheme, host, port and what the Host header says."""
    with suppress(ValueError):
        found = Endpoint(url)
        split = urlsplit(url)
        event("read")
        assert split.scheme == ("https" if found.is_tls else "http")
        assert (found.host, found.netloc) == (split.hostname, split.netloc)
        assert found.port == (split.port or (443 if found.is_tls else 80))
        assert (split.path.strip("/"), split.query, split.fragment) == ("", "", "")
        assert split.username is None
