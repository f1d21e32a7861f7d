"""``make faults``: every run, each kind of violation once, and one line of figures."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from tests.harness.campaign import STORES, carried_out
from tests.harness.known import KNOWN


def main() -> int:
    """Run everything; 1 where a promise is broken that is not known to be."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what is drawn follows")
    parser.add_argument("--store", choices=STORES, help="both without it")
    parser.add_argument("--short", action="store_true", help="what `make test` runs")
    asked = parser.parse_args()
    stores = [asked.store] if asked.store else STORES
    found = [_report(asked.seed, store, asked.short) for store in stores]
    return int(any(found))


def _report(seed: int, store: str, is_short: bool) -> bool:  # noqa: FBT001 - as parsed
    """Run everything with the records in a store; return whether it broke a promise."""
    campaign = carried_out(seed, store, is_short=is_short)
    lines, is_new = [], False
    for kind, violation in sorted(campaign.violations.items()):
        family, promise, action = kind
        is_known = action in KNOWN.get((family, promise), ())
        is_new |= not is_known
        lines += [
            f"{family}: {action}: it is not true that {promise}",
            f"    {campaign.counted[kind]} times, {'known' if is_known else 'NEW'}",
            f"    first in {violation}",
        ]
    sys.stdout.write("\n".join([*lines, campaign.summary(), ""]))
    return is_new


if __name__ == "__main__":
    sys.exit(main())
