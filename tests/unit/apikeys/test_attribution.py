"""Whose roles lose a route."""

from __future__ import annotations

from apikeys import attribution
from apikeys.access import Access, Work
from apikeys.route import Route
from apikeys.shape_tree import ShapeTree


def _access(**routes: str) -> Access:
    held = {Route(text).shape: [(role, Route(text))] for role, text in routes.items()}
    return Access(held, {}, {}, ShapeTree(held), Work(1_000), any_key=False)


def test_a_route_is_lost_by_its_role_and_the_one_that_reaches_too_far() -> None:
    """One role where it has both routes."""
    access = _access(A="GET /a/{x}/b", B="GET /{x}/{y}")
    assert attribution.losing(access, ("a", "{}", "b"), ("a", "{}"), ()) == ("A", "B")
    assert attribution.losing(access, ("{}", "{}"), ("a", "{}"), ()) == ("B",)


def test_who_denies_is_one_of_them() -> None:
    """Three, if each has its part in it."""
    access = _access(A="GET /a/{x}/b", B="GET /{x}/{y}")
    found = attribution.losing(access, ("a", "{}", "b"), ("a", "{}"), ["C"])
    assert found == ("A", "B", "C")


def test_a_part_that_no_single_role_reaches_is_its_own_roles_loss() -> None:
    """As where a whole route stands for too many parts of it."""
    access = _access(A="GET /a/b")
    assert attribution.losing(access, ("a", "b"), ("{}", "{}"), ()) == ("A",)
