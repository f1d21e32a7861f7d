"""What holds for every stored text, however damaged."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from apikeys import digest
from apikeys.decision import Reason, decide
from apikeys.errors import MalformedRecordError
from apikeys.record import Record
from tests.builders import NOW, a_key, record_fields

_KEY = a_key()
_FIELDS = record_fields(
    _KEY,
    name="A name",
    description="Text",
    session={"environment": "P", "repository": "M", "profile": "A"},
    usageIdentifierKey="u",
)
_TEXT = json.dumps(_FIELDS)

_scalars = st.sampled_from(
    [
        *[None, True, False, 0, 1, 1.0, -1, 2**70, 0.5, 1e300, math.nan, math.inf],
        *["", "1", "true", "READ_ONLY", "ADMIN", "a\n", "\ud800", "x" * 257, "é"],
        *["2027-01-15T09:00:00", "2027-01-15T09:00:00Z", "9999-99-99T99:99:99"],
        *[_FIELDS["digest"], _FIELDS["digest"][:-1], _FIELDS["keyId"]],
    ]
)
_values = (
    _scalars
    | st.text(max_size=5)
    | st.lists(_scalars, max_size=3)
    | st.dictionaries(st.sampled_from([*_FIELDS["session"], "x"]), _scalars, max_size=3)
)


def _parsed(text: str) -> Record | None:
    """Return the record or None; anything but MalformedRecordError escapes."""
    message = ""
    try:
        record = Record.parse(text, key_id=_KEY.key_id)
    except MalformedRecordError as error:
        record, message = None, str(error)
    if record is None:
        assert message.startswith(f"record of {_KEY.key_id}: ")
        assert len(message) < 200
        return None
    assert isinstance(record.enabled, bool)
    assert isinstance(record.roles, tuple)
    # What can be read can be written, and means the same.
    again = Record.parse(record.to_json(), key_id=_KEY.key_id)
    assert again.document == record.document
    return record


_edits = st.lists(
    st.tuples(
        st.integers(0, len(_TEXT)),
        st.integers(0, 5),
        st.text('{}[]",:\\u09eE-+.ntf \ud800é\x00', max_size=5),
    ),
    min_size=3,
    max_size=6,
)


@settings(max_examples=500)
@given(_edits)
def test_a_damaged_text_is_a_record_or_malformed(
    edits: list[tuple[int, int, str]],
) -> None:
    """Characters deleted, inserted, replaced: after each edit, and all together."""
    text = _TEXT
    for start, length, inserted in edits:
        _parsed(_TEXT[:start] + inserted + _TEXT[start + length :])
        text = text[:start] + inserted + text[start + length :]
        _parsed(text)


@settings(max_examples=250)
@given(st.dictionaries(st.sampled_from([*_FIELDS]), _values, min_size=2, max_size=5))
def test_a_field_of_any_value_is_read_or_malformed(changed: dict[str, Any]) -> None:
    """Also without it; and only an intact, enabled record ever grants the key."""
    together = dict(_FIELDS)
    for name, value in changed.items():
        together[name] = value
        lacking = {field: v for field, v in _FIELDS.items() if field != name}
        for fields in (_FIELDS | {name: value}, lacking, together):
            _check_grant(fields)


def _check_grant(fields: dict[str, Any]) -> None:
    record = _parsed(json.dumps(fields))
    if record is None:
        return
    found = decide(record, _KEY.text, now=NOW, matches=digest.matches_any)
    if found is Reason.GRANTED:
        assert fields["schemaVersion"] == 1
        assert fields["keyId"] == _KEY.key_id
        assert fields["digest"] == _FIELDS["digest"]
        assert fields["enabled"] is True
        assert fields["expirationDate"] in (None, "2027-01-15T09:00:00")


@settings(max_examples=200)
@given(st.binary(max_size=200) | st.just(_TEXT.encode("utf-16")))
def test_any_bytes_as_text_are_a_record_or_malformed(found: bytes) -> None:
    """Also UTF-16 and noise."""
    assert _parsed(found.decode("latin-1")) is None
