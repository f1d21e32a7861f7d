"""Build step: write a module with the hosts of AWS services, as botocore has them.

Only what differs from the partition ``aws`` is written, by the pattern of a partition's
regions, so that a region which AWS adds to a known partition is found as well.
"""

import sys
from itertools import product
from pathlib import Path

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointVariantError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

type Hosts = tuple[str | None, ...]

# Those that the authorizer's lean readers ask.
SERVICES = ("secretsmanager", "dynamodb")
_VARIANTS = tuple(product((False, True), repeat=2))
_MODULE = '''\
"""Where services answer in the partitions that are not as ``aws``.

Written by service_hosts.py out of botocore's data; edit that instead.
"""

from __future__ import annotations

# By service and by the pattern of the partition's regions: the host, with dual stack,
# with FIPS, with both; None where the partition has none.
HOSTS: dict[str, tuple[tuple[str, tuple[str | None, ...]], ...]] = {
{services}}
'''


def table(service: str) -> dict[str, Hosts]:
    """Return a service's hosts by the pattern of a partition's regions.

    ``{}`` stands for the region.

    Raises:
        ValueError: the regions of one partition differ; names it.
    """
    loader = Loader()
    partitions = loader.load_data("partitions")
    rules = EndpointProvider(
        loader.load_service_model(service, "endpoint-rule-set-1"), partitions
    )
    variants = EndpointResolver(loader.load_data("endpoints"))
    found = {}
    for partition in partitions["partitions"]:
        # The others are for services with one endpoint in the whole partition.
        regions = [r for r in partition["regions"] if not r.endswith("-global")]
        hosts = {_hosts(service, rules, variants, region) for region in regions}
        if len(hosts) != 1:
            raise ValueError(f"the regions of {partition['id']} differ in their hosts")
        found[partition["id"], partition["regionRegex"].strip("^$")] = hosts.pop()
    usual = next(hosts for (name, _), hosts in found.items() if name == "aws")
    return {regex: hosts for (_, regex), hosts in found.items() if hosts != usual}


def _hosts(
    service: str, rules: EndpointProvider, variants: EndpointResolver, region: str
) -> Hosts:
    def has(*, fips: bool, dual_stack: bool) -> bool:
        try:
            variants.construct_endpoint(
                service,
                region,
                use_fips_endpoint=fips,
                use_dualstack_endpoint=dual_stack,
            )
        except EndpointVariantError:
            return False
        return True

    # A botocore client queries both.
    return tuple(
        _host(rules, region, fips=fips, dual_stack=dual_stack)
        if has(fips=fips, dual_stack=dual_stack)
        else None
        for fips, dual_stack in _VARIANTS
    )


def _host(rules: EndpointProvider, region: str, *, fips: bool, dual_stack: bool) -> str:
    endpoint = rules.resolve_endpoint(
        Region=region, UseFIPS=fips, UseDualStack=dual_stack
    )
    return endpoint.url.removeprefix("https://").replace(region, "{}")


def module(tables: dict[str, dict[str, Hosts]]) -> str:
    """Return the source of the module."""
    lines = []
    for service, rows in tables.items():
        lines.append(f'    "{service}": (')
        for regex, hosts in rows.items():
            listed = [
                f'                "{host}",' if host else "                None,"
                for host in hosts
            ]
            lines += [
                "        (",
                f'            r"{regex}",',
                "            (",
                *listed,
                "            ),",
                "        ),",
            ]
        lines.append("    ),")
    return _MODULE.replace("{services}", "".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    written = module({service: table(service) for service in SERVICES})
    Path(sys.argv[1]).write_text(written, encoding="utf-8")
