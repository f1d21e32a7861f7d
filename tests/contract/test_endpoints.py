"""Where the lean readers find their services: where botocore does."""

from __future__ import annotations

import string
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointVariantError
from botocore.loaders import Loader
from hypothesis import assume, given
from hypothesis import strategies as st

import service_hosts
from apikeys.method_arn import MethodArn
from authorizer.readers import hosts
from authorizer.readers.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

_FIPS, _DUAL_STACK = "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"
_IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
_SERVICE_URLS = {
    "secretsmanager": "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "dynamodb": "AWS_ENDPOINT_URL_DYNAMODB",
}
_SERVICE_URL = "the service's own"
_ASK: dict[str, Callable[[Any], object]] = {
    "secretsmanager": lambda client: client.get_secret_value(SecretId="x"),
    "dynamodb": lambda client: client.get_item(TableName="x", Key={"pk": {"S": "x"}}),
}
_SERVICES = list(_SERVICE_URLS)
_VARIANTS = [
    {name: "true" for name, on in zip((_FIPS, _DUAL_STACK), given, strict=True) if on}
    for given in product((False, True), repeat=2)
]

_ALPHABET = string.ascii_lowercase + string.digits + "-"

_loader = Loader()
_session = botocore.session.Session()
_session.set_credentials("test", "test")
_partitions = _loader.load_data("partitions")
_rules = {
    service: EndpointProvider(
        _loader.load_service_model(service, "endpoint-rule-set-1"), _partitions
    )
    for service in _SERVICES
}
# A function runs in a region, never in what stands for a whole partition.
_regions = {
    region: partition["id"]
    for partition in _partitions["partitions"]
    for region in partition["regions"]
    if not region.endswith("-global")
}
_by_pattern = {p["id"]: p["regionRegex"] for p in _partitions["partitions"]}


class _Sent(Exception):  # noqa: N818 - no error: the request was caught on its way
    pass


def _catch(request: Any, **_: Any) -> None:
    raise _Sent(request.url)


def _of_botocore(
    service: str, environ: dict[str, str], region: str, monkeypatch: pytest.MonkeyPatch
) -> str | None:
    """Return the URL that a client of botocore sends to, None where it makes none."""
    with monkeypatch.context() as patched:
        for name, value in environ.items():
            patched.setenv(name, value)
        try:
            client = _session.create_client(service, region_name=region)
        except EndpointVariantError:
            return None
        client.meta.events.register("before-send", _catch)
        with pytest.raises(_Sent) as caught:
            _ASK[service](client)
    return str(caught.value).rstrip("/")


def _of_ours(service: str, environ: dict[str, str], region: str) -> str | None:
    """Return the URL of the lean reader, None where it does not start."""
    try:
        endpoint = Endpoint.from_environ(environ, region, service)
    except ValueError:
        return None
    return f"{'https' if endpoint.is_tls else 'http'}://{endpoint.netloc}"


def test_botocore_knows_the_partitions() -> None:
    """What the tests below walk is there, the youngest partition too."""
    assert len(_regions) >= 40
    assert {"aws", "aws-cn", "aws-us-gov", "aws-eusc"} < set(_regions.values())


@pytest.mark.parametrize("service", _SERVICES)
@pytest.mark.parametrize("region", _regions)
def test_every_region_has_the_host_of_botocore(
    region: str, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every partition, with FIPS, with dual stack, with both and with neither."""
    ours = [_of_ours(service, environ, region) for environ in _VARIANTS]
    assert ours == [
        _of_botocore(service, environ, region, monkeypatch) for environ in _VARIANTS
    ]


@given(
    st.sampled_from(_SERVICES),
    st.sampled_from(sorted(_by_pattern)).flatmap(
        lambda name: st.from_regex(
            _by_pattern[name], fullmatch=True, alphabet=_ALPHABET
        ).map(lambda region: (name, region))
    )
    | st.sampled_from(
        ["xx-new-1", "eusc-fr-new-1", "us-new", "local", "us-isox-a-1"]
    ).map(lambda region: ("aws", region)),
)
def test_a_region_of_tomorrow_has_the_host_of_its_partition(
    service: str, named: tuple[str, str]
) -> None:
    """By the pattern of the partition's regions, and as ``aws`` where none knows it."""
    partition, region = named
    # What DynamoDB's SDKs call a table on one's own machine.
    assume((service, region) != ("dynamodb", "local"))
    without_dual_stack = partition in {"aws-iso-e", "aws-iso-f"}
    for environ in _VARIANTS:
        url = (
            _rules[service]
            .resolve_endpoint(
                Region=region,
                UseFIPS=_FIPS in environ,
                UseDualStack=_DUAL_STACK in environ,
            )
            .url
        )
        if without_dual_stack and _DUAL_STACK in environ:
            url = None
        assert _of_ours(service, environ, region) == url


@pytest.mark.parametrize(
    "region", [region for region, name in _regions.items() if name == "aws"]
)
def test_a_commercial_region_loads_no_table(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cold start there pays nothing for the other partitions."""
    monkeypatch.setitem(sys.modules, "authorizer.readers.hosts", None)
    for service in _SERVICES:
        found = Endpoint.from_environ({}, region, service)
        assert found.host.endswith(".amazonaws.com")


def test_the_table_in_the_checkout_is_the_one_that_a_build_makes() -> None:
    """To write it anew, run the build step.

    python src/service_hosts.py src/authorizer/readers/hosts.py
    """
    tables = {service: service_hosts.table(service) for service in _SERVICES}
    made = service_hosts.module(tables)
    assert Path(hosts.__file__).read_text(encoding="utf-8") == made


_URL, _OTHER_URL = "http://127.0.0.1:1", "http://127.0.0.1:2"


@pytest.mark.parametrize("service", _SERVICES)
@pytest.mark.parametrize("region", ["eu-west-1", "eusc-de-east-1"])
@pytest.mark.parametrize("spelling", ["true", "TrUE", "1", "", " true"])
@pytest.mark.parametrize(
    "urls",
    [
        {},
        {"AWS_ENDPOINT_URL": _URL},
        {_SERVICE_URL: _URL},
        {_SERVICE_URL: _URL, "AWS_ENDPOINT_URL": _OTHER_URL},
        {_SERVICE_URL: "", "AWS_ENDPOINT_URL": _OTHER_URL},
    ],
)
@pytest.mark.parametrize("name", [_FIPS, _DUAL_STACK, _IGNORE])
def test_the_environment_is_read_as_botocore_reads_it(
    name: str,
    urls: dict[str, str],
    spelling: str,
    region: str,
    service: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A configured URL comes before the kinds of endpoint, unless it is ignored."""
    own = {_SERVICE_URL: _SERVICE_URLS[service]}
    environ = {own.get(n, n): url for n, url in urls.items()} | {name: spelling}
    expected = _of_botocore(service, environ, region, monkeypatch)
    assert _of_ours(service, environ, region) == expected


@pytest.mark.parametrize(("region", "partition"), _regions.items())
def test_the_method_arn_of_every_region_is_read(region: str, partition: str) -> None:
    """Of every partition that botocore knows."""
    stage_arn = f"arn:{partition}:execute-api:{region}:123456789012:a1b2c3d4e5/prod"
    assert MethodArn.parse(f"{stage_arn}/GET/a").stage_arn == stage_arn
