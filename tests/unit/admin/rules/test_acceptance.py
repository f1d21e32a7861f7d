"""What the authorizer would never take is not made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.admin.doubles import Admin

_KEY = "a-key-that-was-minted-elsewhere"


@pytest.mark.parametrize(
    ("environ", "request_", "field", "parameter"),
    [
        ({}, {"action": "issue", "login": "olga"}, "login", "Credentials"),
        ({"CREDENTIALS": "basic"}, {"action": "issue"}, "login", "Credentials"),
        ({}, {"action": "import", "key": _KEY}, "key", "LegacyKeys"),
        (
            {"CREDENTIALS": "basic", "LEGACY_KEYS": "imported"},
            {"action": "import", "key": _KEY},
            "login",
            "Credentials",
        ),
    ],
)
@pytest.mark.usefixtures("aws")
def test_what_the_deployment_does_not_take_is_not_made(
    environ: dict[str, str], request_: dict[str, Any], field: str, parameter: str
) -> None:
    """400 with the template's parameter to change, and nothing is written."""
    admin = Admin(**environ)
    before = admin.contents()
    answer = admin.send({"client": "Acme", **request_})
    assert (answer["status"], answer["error"]["field"]) == (400, field)
    assert f"its parameter {parameter}" in answer["error"]["message"]
    assert admin.contents() == before


@pytest.mark.usefixtures("aws")
def test_a_clone_is_refused_as_its_model_would_be_now() -> None:
    """The deployment may have taken them when the model was made."""
    both = Admin(CREDENTIALS="api-key,basic")
    key, _ = both.issued()
    both("issue", client="Acme", login="olga")
    before = both.contents()
    cloned = Admin()("clone", login="olga", newLogin="olaf")
    assert (cloned["status"], cloned["error"]["field"]) == (400, "login")
    cloned = Admin(CREDENTIALS="basic")("clone", keyId=key.key_id)
    assert (cloned["status"], cloned["error"]["field"]) == (400, "login")
    assert both.contents() == before
