"""The setup of a run: who is measured, with which store, how often."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import certificate, ours, peers
from benchmarks.certificate import Certificate
from benchmarks.contender import Contender
from benchmarks.dynamodb import running_dynamodb
from benchmarks.process import WarmProcess, running_warm
from benchmarks.scale import Scale
from benchmarks.store import Store, running_store

# Milliseconds: a region's endpoint answers after twice that.
FLIGHT: Final = 4.0
# Above those of the Zipf load, for look-ups made for the first time.
SPARE_KEYS: Final = 4_000


class Setup(NamedTuple):
    """What all measurements of a run share.

    Attributes:
        folder: for logs and events.
        scale: how much is measured.
        certificate: the authority that the contenders trust besides their own.
        stores: what each contender reads from, by its name.
        far: a store that is some milliseconds away.
        contenders: the no-op first, ours second.
        floor: the steps of a decision and nothing else, for warm calls.
        kinds: ours behind other kinds of APIs: its cold start and a warm hit.
        variants: of ours, whose cold start is also measured.
        lined_up: the contenders before the check of their answers.
    """

    folder: Path
    scale: Scale
    certificate: Certificate
    stores: dict[str, Store]
    far: Store
    contenders: tuple[Contender, ...]
    floor: Contender
    kinds: tuple[Contender, ...]
    variants: tuple[Contender, ...]
    lined_up: tuple[Contender, ...]

    @property
    def everybody(self) -> tuple[Contender, ...]:
        """The contenders, the floor and the variants, in the order of the tables."""
        noop, ours, *others = self.contenders
        return (noop, self.floor, ours, *self.kinds, *others, *self.variants)

    def from_afar(self) -> list[Contender]:
        """Return the no-op and what reads from Secrets Manager, with the far store."""
        noop, ours, *others = self.contenders
        near = ours.variables["AWS_ENDPOINT_URL"]
        return [noop] + [
            found._replace(
                variables={**found.variables, "AWS_ENDPOINT_URL": self.far.url}
            )
            for found in (ours, *others)
            if found.variables["AWS_ENDPOINT_URL"] == near
        ]

    @contextmanager
    def warm(self) -> Iterator[list[tuple[Contender, WarmProcess]]]:
        """Start every contender once."""
        with self._started(self.contenders) as processes:
            yield processes

    @contextmanager
    def warm_in_table(self) -> Iterator[list[tuple[Contender, WarmProcess]]]:
        """Start ours once with its records in a table."""
        found = tuple(v for v in self.variants if v.name == ours.OURS_IN_TABLE)
        with self._started(found) as processes:
            yield processes

    @contextmanager
    def warm_kinds(self) -> Iterator[list[tuple[Contender, WarmProcess]]]:
        """Start ours once for each other kind of API."""
        with self._started(self.kinds) as processes:
            yield processes

    @contextmanager
    def _started(
        self, contenders: tuple[Contender, ...]
    ) -> Iterator[list[tuple[Contender, WarmProcess]]]:
        with ExitStack() as stack:
            yield [
                (contender, stack.enter_context(running_warm(contender, self.folder)))
                for contender in contenders
            ]


@contextmanager
def opened(folder: Path, scale: Scale, *, with_peers: bool) -> Iterator[Setup]:
    """Start the stores and prepare the contenders."""
    folder.mkdir(parents=True, exist_ok=True)
    signed = certificate.make(folder)
    with ExitStack() as stack:
        store = stack.enter_context(
            running_store(signed, scale.keys + SPARE_KEYS, scale.keys)
        )
        far = stack.enter_context(running_store(signed, 1, flight=FLIGHT))
        found = ours.floor_and_ours(folder, signed, store.url)
        stores = dict.fromkeys((contender.name for contender in found), store)
        variants: tuple[Contender, ...] = (ours.in_table(found[1]),)
        if with_peers:
            variants += (ours.through_sdk(found[1], folder, signed),)
            dynamodb = stack.enter_context(running_dynamodb(signed, scale.keys))
            found += peers.peers(folder, signed, store.url, dynamodb.url)
            stores |= dict.fromkeys((contender.name for contender in found), store)
            stores[peers.B_CFN] = dynamodb
        floor = ours.bare_steps(found[0], folder)
        kinds = ours.other_kinds(found[1])
        stores |= dict.fromkeys((contender.name for contender in kinds), store)
        measured = (found, floor, kinds, variants, found)
        yield Setup(folder, scale, signed, stores, far, *measured)


def valgrind_is_there() -> bool:
    """Return whether instructions can be counted on this machine."""
    return shutil.which("valgrind") is not None
