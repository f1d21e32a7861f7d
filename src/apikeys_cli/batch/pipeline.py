"""Work on one thing after another, a few under way at a time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

# What a batch asks of the admin function at once. Each row costs a write, and an import
# a slow hash; AWS allows 50 CreateSecret a second.
PARALLEL = 4


def in_order[T, R](
    pool: Executor, work: Callable[[T], R], things: Iterable[T]
) -> Iterator[tuple[T, R]]:
    """Yield each thing with what work returns for it, in the order of the things.

    Things are taken as there is room for them, so that any number of them costs the
    memory of a few. Where one fails no more are taken; what was under way is yielded,
    as far as it succeeds, before the error is raised.
    """
    under_way: deque[tuple[T, Future[R]]] = deque()
    rest = iter(things)
    failure: Exception | None = None
    while True:
        while failure is None and len(under_way) < PARALLEL:
            try:
                thing = next(rest)
            except StopIteration:
                break
            except Exception as error:  # noqa: BLE001 - raised once the rest is done
                failure = error
            else:
                under_way.append((thing, pool.submit(work, thing)))
        if not under_way:
            break
        thing, future = under_way.popleft()
        try:
            result = future.result()
        except Exception as error:  # noqa: BLE001 - as above
            failure = failure or error
        else:
            yield thing, result
    if failure is not None:
        raise failure
