"""Build step: write a module of the hosts of Secrets Manager, as botocore has them.

Only what differs from the partition ``aws`` is written, by the pattern of a partition's
regions, so that a region that AWS adds to a known partition is found as well.
"""

import sys
from itertools import product
from pathlib import Path

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointVariantError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

type Hosts = tuple[str | None, ...]

_SERVICE = "secretsmanager"
_VARIANTS = tuple(product((False, True), repeat=2))
_MODULE = '''\
"""Where Secrets Manager answers in the partitions that are not as ``aws``.

Written by secrets_manager_hosts.py out of botocore's data; edit that instead.
"""

from __future__ import annotations

# By the pattern of the partition's regions: the host, with dual stack, with FIPS, with
# both; None where the partition has none.
HOSTS: tuple[tuple[str, tuple[str | None, ...]], ...] = (
{rows})
'''


def table() -> dict[str, Hosts]:
    """Return the hosts by the pattern of a partition's regions, ``{}`` for the region.

    Raises:
        ValueError: the regions of one partition differ; names it.
    """
    loader = Loader()
    partitions = loader.load_data("partitions")
    rules = EndpointProvider(
        loader.load_service_model(_SERVICE, "endpoint-rule-set-1"), partitions
    )
    variants = EndpointResolver(loader.load_data("endpoints"))
    found = {}
    for partition in partitions["partitions"]:
        # The others stand for services that have one endpoint in the whole partition.
        regions = [r for r in partition["regions"] if not r.endswith("-global")]
        hosts = {_hosts(rules, variants, region) for region in regions}
        if len(hosts) != 1:
            raise ValueError(f"the regions of {partition['id']} differ in their hosts")
        found[partition["id"], partition["regionRegex"].strip("^$")] = hosts.pop()
    usual = next(hosts for (name, _), hosts in found.items() if name == "aws")
    return {regex: hosts for (_, regex), hosts in found.items() if hosts != usual}


def _hosts(rules: EndpointProvider, variants: EndpointResolver, region: str) -> Hosts:
    return tuple(
        _host(rules, variants, region, fips=fips, dual_stack=dual_stack)
        for fips, dual_stack in _VARIANTS
    )


def _host(
    rules: EndpointProvider,
    variants: EndpointResolver,
    region: str,
    *,
    fips: bool,
    dual_stack: bool,
) -> str | None:
    """Return a host as a client of botocore finds it, which asks both."""
    try:
        variants.construct_endpoint(
            _SERVICE,
            region,
            use_fips_endpoint=fips,
            use_dualstack_endpoint=dual_stack,
        )
    except EndpointVariantError:
        return None
    endpoint = rules.resolve_endpoint(
        Region=region, UseFIPS=fips, UseDualStack=dual_stack
    )
    return endpoint.url.removeprefix("https://").replace(region, "{}")


def module(rows: dict[str, Hosts]) -> str:
    """Return the source of the module."""
    lines = []
    for regex, hosts in rows.items():
        listed = [
            f'            "{host}",' if host else "            None," for host in hosts
        ]
        lines += [
            "    (",
            f'        r"{regex}",',
            "        (",
            *listed,
            "        ),",
            "    ),",
        ]
    return _MODULE.replace("{rows}", "".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(module(table()), encoding="utf-8")
