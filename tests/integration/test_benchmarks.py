"""`make bench` in its quick mode: it runs and its counts hold; no time is judged."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.imports import own_costs
from local import checkout

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.packaged


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the quick mode wrote; it ends with 0 where every count holds."""
    folder: Path = tmp_path_factory.mktemp("bench")
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--folder", str(folder)],
        capture_output=True,
        check=False,
        cwd=checkout.ROOT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return found


_PAIRED = (
    "cold_wall",
    "cold_far_wall",
    "first_call",
    "first_call_far",
    "emulator_p50",
    "warm_hit",
    "forged",
)


def _count(results: dict[str, Any], name: str) -> float:
    (value,) = results["measurements"][name]["rounds"]["ours"]
    return float(value)


def test_the_built_package_tells_good_keys_from_bad_ones(
    results: dict[str, Any],
) -> None:
    """Nothing is timed that does not answer rightly."""
    assert results["answers"]["ours"] == {
        "good": "allow",
        "wrong": "401",
        "forged": "401",
        "malformed": "401",
    }


def test_each_kind_of_event_has_its_row(results: dict[str, Any]) -> None:
    """The cold start and a warm hit of TOKEN and HTTP APIs are listed with REST's."""
    for name in ("cold_wall", "cold_peak", "warm_hit"):
        rounds = results["measurements"][name]["rounds"]
        assert len(rounds["ours"]) == 2
        assert len(rounds["ours-token"]) == len(rounds["ours-http-api"]) == 2


def test_a_load_within_the_ttl_reads_each_record_once(results: dict[str, Any]) -> None:
    """A key is looked up when it is first seen, whatever its digest, and kept."""
    distinct = _count(results, "distinct")
    assert distinct > 10
    assert _count(results, "zipf_reads") == distinct
    assert _count(results, "slow_zipf_reads") == distinct


def test_a_slow_hash_is_done_once_for_each_key(results: dict[str, Any]) -> None:
    """None for minted keys; for argon2id records one when the key is first seen."""
    assert _count(results, "zipf_hashes") == 0
    assert _count(results, "slow_zipf_hashes") == _count(results, "distinct")


def test_what_a_module_costs_is_without_what_it_imports() -> None:
    """Whoever's code was running between two moments is charged with it."""
    moments = ["+ a", "+ b", "- b", "+ c", "- c", "- a", "the first decision"]
    millions = [900, 1, 20, 3, 40, 5, 6]
    counts = [number * 1_000_000 for number in millions]
    found = {cost.module: cost.millions for cost in own_costs(moments, counts)}
    after = found.keys() - {"a", "b", "c"}
    assert (found["a"], found["b"], found["c"]) == (1 + 3 + 5, 20, 40)
    assert [found[name] for name in after] == [6]


def test_forged_keys_cause_no_reads_and_no_hashes(results: dict[str, Any]) -> None:
    """A stranger burns neither the account's quota nor a processor."""
    assert _count(results, "forged_reads") == 0
    assert _count(results, "forged_hashes") == 0


def test_every_time_is_paired_with_the_no_ops(results: dict[str, Any]) -> None:
    """Rounds are as many for both, so that ratios compare what ran side by side."""
    for name in _PAIRED:
        rounds = results["measurements"][name]["rounds"]
        assert len(rounds["ours"]) == len(rounds["no-op"]) > 0, name
