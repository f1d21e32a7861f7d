"""Everything of a run carries its suffix, and nothing else is taken for it."""

from __future__ import annotations

import pytest

from verify_aws.names import Names

_NAMES = Names.of("abc123def4")


def test_two_runs_have_nothing_in_common() -> None:
    """A suffix is random, and is read again as it was said."""
    one, two = Names.random(), Names.random()
    assert one != two
    assert Names.of(one.suffix) == one


@pytest.mark.parametrize(
    "suffix",
    ["", "abc", "abc123def45", "ABC123DEF4", "abc-23def4", "abc123def4\n", "*"],
)
def test_only_what_a_run_said_is_a_suffix(suffix: str) -> None:
    """A shorter one could be a part of anybody's names."""
    with pytest.raises(ValueError, match="a suffix is 10 of a-z and 0-9"):
        Names.of(suffix)


def test_every_name_carries_the_suffix() -> None:
    """So that all of them are found again."""
    names = [_NAMES.stack, _NAMES.probe, _NAMES.bucket, *_NAMES.parameters.values()]
    names += [f"{_NAMES.stack}-signing-key", f"/aws/lambda/{_NAMES.stack}-Admin-X9"]
    names.append(f"{_NAMES.parameters['SecretNamePrefix']}7GkQ2mV0aZx81TbP")
    assert all(map(_NAMES.is_of_this_run, names))


@pytest.mark.parametrize(
    "name", ["", "abc123def", "xabc123def4", "APIKEY_abc123def45", "verify-zzz123def4"]
)
def test_a_name_that_only_looks_like_it_is_not_of_this_run(name: str) -> None:
    """The suffix is a separate part of a name."""
    assert not _NAMES.is_of_this_run(name)
