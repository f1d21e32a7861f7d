"""What holds by default is one fact, wherever it is read."""

from __future__ import annotations

import pytest

from admin.settings import Settings as AdminSettings
from apikeys import defaults
from authorizer.settings import Settings as AuthorizerSettings
from tests.templates import written

_ENVIRON = {"SIGNING_SECRET": "signing"}


def test_both_functions_look_for_the_same_stored_secrets() -> None:
    """The authorizer spells the names itself: an import would cost each cold start."""
    expected = (defaults.RECORD_PREFIX, defaults.ACCOUNT_PREFIX, defaults.ROLE_MAP_NAME)
    for settings in (
        AuthorizerSettings(_ENVIRON),
        AdminSettings.from_environ(_ENVIRON),
    ):
        assert (
            settings.secret_name_prefix,
            settings.login_name_prefix,
            settings.roles_secret,
        ) == expected


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("SecretNamePrefix", defaults.RECORD_PREFIX),
        ("LoginNamePrefix", defaults.ACCOUNT_PREFIX),
        ("RolesSecretName", defaults.ROLE_MAP_NAME),
        ("AuthorizerCacheSeconds", str(defaults.AUTHORIZER_CACHE_SECONDS)),
    ],
)
def test_the_template_has_the_same_defaults(parameter: str, value: str) -> None:
    """What a deployment gets that gives no parameter is what the code assumes."""
    assert str(written()["Parameters"][parameter]["Default"]) == value


def test_the_record_table_has_the_indexes_that_the_code_names() -> None:
    """Lists query them, and doctor looks for them."""
    table = written()["Resources"]["RecordTable"]["Properties"]
    names = {index["IndexName"] for index in table["GlobalSecondaryIndexes"]}
    assert names == {defaults.BY_CLIENT, defaults.BY_EXPIRY}
