"""Where a service answers."""

from __future__ import annotations

import pytest

from authorizer.readers.endpoint import Endpoint

_SERVICE = "AWS_ENDPOINT_URL_SECRETS_MANAGER"
_FIPS, _DUAL_STACK = "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"


@pytest.mark.parametrize(
    ("environ", "region", "expected"),
    [
        ({}, "eu-west-1", ("secretsmanager.eu-west-1.amazonaws.com", 443, True)),
        (
            {},
            "us-gov-west-1",
            ("secretsmanager.us-gov-west-1.amazonaws.com", 443, True),
        ),
        ({}, "cn-north-1", ("secretsmanager.cn-north-1.amazonaws.com.cn", 443, True)),
        (
            {"AWS_USE_FIPS_ENDPOINT": "True"},
            "us-east-1",
            ("secretsmanager-fips.us-east-1.amazonaws.com", 443, True),
        ),
        (
            {"AWS_USE_FIPS_ENDPOINT": "true"},
            "us-gov-east-1",
            ("secretsmanager-fips.us-gov-east-1.amazonaws.com", 443, True),
        ),
        (
            {"AWS_USE_FIPS_ENDPOINT": "false"},
            "us-east-1",
            ("secretsmanager.us-east-1.amazonaws.com", 443, True),
        ),
        (
            {_DUAL_STACK: "true"},
            "eusc-de-east-1",
            ("secretsmanager.eusc-de-east-1.api.amazonwebservices.eu", 443, True),
        ),
        (
            {"AWS_ENDPOINT_URL": "http://localhost:4566"},
            "x",
            ("localhost", 4566, False),
        ),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1/"}, "x", ("127.0.0.1", 80, False)),
        ({_SERVICE: "https://vpce.example"}, "x", ("vpce.example", 443, True)),
        ({_SERVICE: "http://[::1]:8080"}, "x", ("::1", 8080, False)),
        (
            {_SERVICE: "http://one:1", "AWS_ENDPOINT_URL": "http://two:2"},
            "x",
            ("one", 1, False),
        ),
        ({_SERVICE: "", "AWS_ENDPOINT_URL": "http://two:2"}, "x", ("two", 2, False)),
        (
            {_SERVICE: "http://one:1", _FIPS: "true", _DUAL_STACK: "true"},
            "us-isof-south-1",
            ("one", 1, False),
        ),
        (
            {_SERVICE: "http://one:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"},
            "eu-west-1",
            ("secretsmanager.eu-west-1.amazonaws.com", 443, True),
        ),
    ],
)
def test_the_endpoint_is_the_configured_one_or_the_regions(
    environ: dict[str, str], region: str, expected: tuple[str, int, bool]
) -> None:
    """As the AWS SDKs read the environment: the service's own variable first."""
    found = Endpoint.from_environ(environ, region, "secretsmanager")
    assert (found.host, found.port, found.is_tls) == expected


@pytest.mark.parametrize(
    ("url", "netloc"),
    [
        ("http://localhost:4566", "localhost:4566"),
        ("https://vpce.example", "vpce.example"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_the_host_header_has_the_port_where_the_url_has_one(
    url: str, netloc: str
) -> None:
    """The signature covers it."""
    assert Endpoint(url).netloc == netloc


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:4566",
        "ftp://localhost",
        "http://",
        "https:///path",
        "http://localhost/path",
        "http://localhost:port",
        "file:///etc/passwd",
    ],
)
def test_another_url_fails_at_start_up(url: str) -> None:
    """Neither another scheme, nor a path, nor a port that is not a number."""
    with pytest.raises(ValueError, match=r"\A"):
        Endpoint(url)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({_DUAL_STACK: "true"}, _DUAL_STACK),
        ({_DUAL_STACK: "true", _FIPS: "true"}, f"{_FIPS} and {_DUAL_STACK}"),
    ],
)
@pytest.mark.parametrize("region", ["us-isof-south-1", "eu-isoe-west-1"])
def test_an_endpoint_that_a_partition_lacks_fails_at_start_up(
    environ: dict[str, str], named: str, region: str
) -> None:
    """The message names the variables that ask for it, and the region."""
    message = f"{named}: no such endpoint of secretsmanager in {region}"
    with pytest.raises(ValueError, match=f"^{message}$"):
        Endpoint.from_environ(environ, region, "secretsmanager")


def test_each_service_has_a_variable_of_its_own() -> None:
    """Both may be answered by one address, or each by one."""
    environ = {
        _SERVICE: "http://one:1",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://two:2",
        "AWS_ENDPOINT_URL": "http://three:3",
    }
    hosts = [
        Endpoint.from_environ(environ, "x", service).host
        for service in ("secretsmanager", "dynamodb")
    ]
    assert hosts == ["one", "two"]
