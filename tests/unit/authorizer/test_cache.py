"""The bounded cache."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from authorizer.cache import Cache


def _held(cache: Cache[str], *names: str) -> dict[str, str | None]:
    kept = {name: cache._values.get(name) for name in names}
    return {name: pair and pair[0] for name, pair in kept.items()}


def test_a_value_is_found_by_its_name() -> None:
    """And nothing under another name."""
    cache: Cache[str] = Cache(2, 100)
    cache.put("a", "one", 1)
    assert (cache.get("a"), cache.get("b"), len(cache)) == ("one", None, 1)


def test_the_entry_used_longest_ago_goes_first() -> None:
    """Looking at an entry counts as use."""
    cache: Cache[str] = Cache(2, 100)
    cache.put("a", "one", 1)
    cache.put("b", "two", 1)
    cache.get("a")
    cache.put("c", "three", 1)
    assert _held(cache, "a", "b", "c") == {"a": "one", "b": None, "c": "three"}


def test_a_new_value_takes_the_place_of_the_old() -> None:
    """One entry a name, and its size is counted once."""
    cache: Cache[str] = Cache(2, 10)
    for number in range(20):
        cache.put("a", str(number), 8)
    assert (_held(cache, "a"), len(cache), cache._size) == ({"a": "19"}, 1, 8)


def test_the_sum_of_sizes_is_bounded() -> None:
    """As many old entries go as it takes; exactly full is not too full."""
    cache: Cache[str] = Cache(100, 10)
    for name in "abcde":
        cache.put(name, name, 2)
    assert len(cache) == 5
    cache.put("f", "f", 5)
    assert _held(cache, *"abcdef") == {
        **dict.fromkeys("abc"),
        "d": "d",
        "e": "e",
        "f": "f",
    }


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    """And leaves it empty and sound."""
    cache: Cache[str] = Cache(100, 10)
    cache.put("a", "one", 11)
    assert (len(cache), cache._size) == (0, 0)


def test_a_dropped_entry_is_gone() -> None:
    """Dropping what is not there is no error."""
    cache: Cache[str] = Cache(2, 10)
    cache.put("a", "one", 3)
    cache.drop("a")
    cache.drop("a")
    assert (cache.get("a"), len(cache), cache._size) == (None, 0, 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "get", "drop"]),
            st.sampled_from("abcdef"),
            st.integers(0, 12),
        )
    )
)
def test_the_bounds_hold_after_every_step(steps: list[tuple[str, str, int]]) -> None:
    """Whatever is done, entries and sizes stay within, and the sum is right."""
    cache: Cache[str] = Cache(3, 10)
    for action, name, size in steps:
        if action == "put":
            cache.put(name, name, size)
        else:
            getattr(cache, action)(name)
        sizes = [size for _, size in cache._values.values()]
        assert len(cache) == len(sizes) <= 3
        assert cache._size == sum(sizes) <= 10
