"""One header in two readings: they agree, or the credential is ambiguous."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from apikeys.decision import Reason
from authorizer.events import read
from authorizer.events.header import single
from tests.builders import event_with

_values = st.text("ab -", min_size=1, max_size=3)
_others = st.dictionaries(st.sampled_from(["Accept", "X-Other", "x"]), _values)


@given(
    st.sampled_from(["X-API-Key", "x-api-key"]),
    st.none() | _values,
    st.none() | st.lists(_values, max_size=2),
    _others,
    _others,
    st.booleans(),
)
@example("X-API-Key", "a", None, {}, {}, True)
@example("X-API-Key", "a", None, {}, {"Accept": "b"}, True)
@example("X-API-Key", None, ["a"], {}, {}, True)
def test_a_value_has_every_reading_that_holds_anything(
    name: str,
    value: str | None,
    values: list[str] | None,
    others: dict[str, str],
    other_lists: dict[str, str],
    has_lists: bool,  # noqa: FBT001 - drawn
) -> None:
    """An empty second reading says nothing; any other says the same or is refused."""
    headers = others | ({} if value is None else {name: value})
    lists = {n: [v] for n, v in other_lists.items()}
    lists |= {} if values is None else {"X-API-Key": values}
    found = single(read(event_with(headers, lists if has_lists else None)), "x-api-key")
    says_nothing = not has_lists or not lists
    if says_nothing or values == (None if value is None else [value]):
        assert found == (Reason.MISSING if value is None else value)
    else:
        assert found is Reason.AMBIGUOUS
