"""Work on a sequence of things, a few at a time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

# Each row costs the function a write, and an import a slow hash; AWS allows 50
# CreateSecret calls a second.
PARALLEL = 4


def in_order[T, R](
    pool: Executor, work: Callable[[T], R], things: Iterable[T]
) -> Iterator[tuple[T, R]]:
    """Yield each thing with what work returns for it, in order.

    Things are taken only when there is room for them, so that any number takes the
    memory of a few. If one fails, no more are taken; those under way are still yielded,
    unless they fail too, before the first error is raised.
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
