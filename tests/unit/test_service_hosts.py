"""The build step that writes the hosts of AWS services."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

import service_hosts


def test_partitions_that_are_as_the_commercial_one_are_left_out() -> None:
    """GovCloud has its hosts; China, Europe's and the isolated partitions do not."""
    partitions = Loader().load_data("partitions")["partitions"]
    patterns = {p["id"]: p["regionRegex"].strip("^$") for p in partitions}
    usual = {"aws", "aws-us-gov"}
    assert usual < patterns.keys()
    assert list(service_hosts.table("secretsmanager")) == [
        pattern for name, pattern in patterns.items() if name not in usual
    ]


def test_regions_of_one_partition_that_differ_fail_the_build(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pattern could not tell them apart; the partition is named."""
    monkeypatch.setattr(
        service_hosts, "_hosts", lambda _service, _rules, _variants, region: (region,)
    )
    with pytest.raises(ValueError, match=r"^the regions of aws differ in their hosts$"):
        service_hosts.table("secretsmanager")


def test_the_module_says_what_the_table_says() -> None:
    """A host a line, None where there is none."""
    written = service_hosts.module({"s": {r"x\-\d": ("a.{}.b", None)}})
    names: dict[str, object] = {}
    exec(written, names)  # noqa: S102 - what the build step wrote
    assert names["HOSTS"] == {"s": ((r"x\-\d", ("a.{}.b", None)),)}
