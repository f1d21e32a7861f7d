"""The compiled policy, judged by IAM's rules, means what the role map says."""

from __future__ import annotations

from typing import Any

from hypothesis import event, given, reject, settings
from hypothesis import strategies as st

from apikeys.conflicts import check_role_map
from apikeys.errors import MalformedRoleMapError
from apikeys.policy import policy_document
from apikeys.roles import RoleMap
from tests import iam, meaning
from tests.builders import NOW, STAGE_ARN
from tests.meaning import Call

_METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
_SEGMENTS = ["a", "b", "a.b", "x1"]
_NAMES = ["READER", "WRITER", "ADMIN"]

_paths = st.builds(
    lambda segments, end: "/" + "/".join([*segments, *end]),
    st.lists(st.sampled_from([*_SEGMENTS, "{id}", "{id}"]), max_size=3),
    st.sampled_from([[], [], ["*"], [""]]),
)
_routes = st.builds(
    "{} {}".format, st.sampled_from(["*", "GET", "POST", "PUT"]), _paths
) | st.just("* /*")
_entries = _routes | st.builds(
    lambda route, reads: {"route": route, "reads": reads}, _routes, st.booleans()
)
_roles = st.fixed_dictionaries(
    {"allow": st.lists(_entries, max_size=3)},
    optional={"deny": st.lists(_routes, max_size=2)},
)
_maps = st.fixed_dictionaries(
    {
        "unmapped": st.sampled_from(["deny", "deny", "any-key"]),
        "roles": st.dictionaries(
            st.sampled_from(_NAMES), _roles, min_size=1, max_size=3
        ),
    }
)


@st.composite
def _accepted_maps(draw: st.DrawFn) -> tuple[dict[str, Any], RoleMap]:
    document = draw(_maps)
    try:
        role_map = RoleMap.parse(document)
        check_role_map(role_map)
    except MalformedRoleMapError:
        reject()
    return document, role_map


@st.composite
def _calls(draw: st.DrawFn, document: dict[str, Any]) -> Call:
    """Draw a request in one of the map's routes, or near one."""
    routes = meaning.named(document)
    method, path = draw(st.sampled_from(_METHODS)), "/"
    if routes:
        route = draw(st.sampled_from(routes))
        path = route.path
        if route.method != "*" and draw(st.booleans()):
            method = route.method
    segments = [
        draw(st.sampled_from([*_SEGMENTS, "y", "%2F", "a*", "?"]))
        if segment in ("{id}", "*")
        else segment
        for segment in path[1:].split("/")
    ]
    change = draw(
        st.sampled_from([None, None, None, "longer", "shorter", "slash", "other"])
    )
    if change == "longer":
        segments += draw(st.lists(st.sampled_from(_SEGMENTS), min_size=1, max_size=2))
    elif change == "shorter":
        segments = segments[:-1]
    elif change == "slash":
        segments.append("")
    elif change == "other":
        place = draw(st.integers(0, len(segments) - 1))
        segments[place] = draw(st.sampled_from([*_SEGMENTS, "A", "aa", ""]))
    return Call(method, "/" + "/".join(segments))


@settings(max_examples=300)
@given(st.data())
def test_the_policy_of_any_roles_is_the_role_map_read_segment_by_segment(
    data: st.DataObject,
) -> None:
    """For maps that `roles put` accepts and requests that they spell out."""
    document, role_map = data.draw(_accepted_maps())
    held = data.draw(st.sets(st.sampled_from(_NAMES)))
    read_only = data.draw(st.booleans())
    grant = role_map.grant(sorted(held), read_only=read_only)
    policy = policy_document(grant, STAGE_ARN, None)
    for _ in range(4):
        call = data.draw(_calls(document))
        if not meaning.is_settled(document, call):
            event("unsettled")
            continue
        expected = meaning.opens(document, held, call, read_only=read_only)
        event(f"opened: {expected}")
        arn = f"{STAGE_ARN}/{call.method}{call.path}"
        assert iam.is_allowed(policy, arn, NOW) is expected, (call, policy)
