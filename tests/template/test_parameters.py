"""The parameters: bounded, explained, and different for two stacks in one account."""

import re
import tomllib
from itertools import product
from typing import Any

import pytest

from local import checkout
from tests.template.iam import resources, statements
from tests.template.rendering import parameter_groups, parameters, render


def stage(name: str) -> dict[str, str]:
    """Return the parameters of a stage in samconfig.toml."""
    config = tomllib.loads((checkout.ROOT / "samconfig.toml").read_text())
    overrides = config[name]["deploy"]["parameters"]["parameter_overrides"]
    return dict(override.split("=", 1) for override in overrides)


@pytest.mark.parametrize(("name", "definition"), parameters().items())
def test_every_parameter_is_explained(name: str, definition: dict[str, Any]) -> None:
    """Every parameter has a default and says what it causes."""
    assert "Default" in definition, name
    assert len(definition["Description"]) > 40


@pytest.mark.parametrize(("name", "definition"), parameters().items())
def test_every_parameter_is_bounded(name: str, definition: dict[str, Any]) -> None:
    """Every text has a pattern or values, every number bounds; and says which."""
    if definition["Type"] == "CommaDelimitedList":
        return  # Lambda knows which subnets and security groups there are
    assert "ConstraintDescription" in definition, name
    assert (
        "AllowedValues" in definition
        or "AllowedPattern" in definition
        or {"MinValue", "MaxValue"} <= definition.keys()
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("KeyPrefix", "a"),
        ("KeyPrefix", "Ak"),
        ("KeyPrefix", "ak_"),
        ("KeyPrefix", "abcdefghijklm"),
        ("SecretNamePrefix", ""),
        ("SecretNamePrefix", "*"),
        ("SecretNamePrefix", "API?"),
        ("LoginNamePrefix", ""),
        ("LoginNamePrefix", "*"),
        ("LoginNamePrefix", "APIUSER-"),
        ("LoginNamePrefix", "team-users"),
        ("LoginNamePrefix", "-"),
        ("LoginNamePrefix", "x" * 65),
        ("RolesSecretName", ""),
        ("RolesSecretName", "*"),
        ("RolesSecretName", "-apirol"),
        ("RolesSecretName", "team-apirol"),
        ("RolesSecretName", "team-a1B2c3"),
        ("RolesSecretName", "team-a_b.c/"),
        ("SigningSecretName", "*"),
        ("SigningSecretName", "our-secret"),
        ("SigningSecretName", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a"),
        ("GrantableRoles", ""),
        ("GrantableRoles", "admin"),
        ("GrantableRoles", "*,ADMIN"),
        ("SupportRoles", "*,ADMIN"),
        ("GrantableClients", "a,,b"),
        ("GrantableClients", "a,"),
        ("GrantableClients", "*a"),
        ("SupportClients", "a*b"),
        ("DeliveryPrefix", "*"),
        ("DeliveryPrefix", "clients/?"),
        ("SupportSessions", ","),
        ("SupportPlans", "**"),
        ("FlushStages", "a1"),
        ("FlushStages", "a1/*"),
        ("KmsKeyArn", "alias/apikeys"),
        ("KmsKeyArn", "*"),
        ("AlarmTopicArn", "operators"),
        ("EventBusName", "*"),
        ("ExpiryNotices", "30,"),
        ("ExpiryNotices", "30, 7"),
        ("ExpiryNotices", "a month"),
        ("ExpiryNoticeSchedule", ""),
        ("ExpiryNoticeSchedule", "at(2027-01-01T00:00:00)"),
        ("ExpiryNoticeSchedule", "0 6 * * ? *"),
        ("EventBusName", "arn:aws:events:eu-west-1:123456789012:event-bus/keys"),
    ],
)
def test_bad_text_is_refused_before_the_deployment(name: str, text: str) -> None:
    """A pattern, a case or a wildcard that would open or break something is refused."""
    assert not re.fullmatch(parameters()[name]["AllowedPattern"], text)


@pytest.mark.parametrize(
    "text", ["A", "users", "team-users_", "team/a-b_c.d@e+", "x" * 64]
)
def test_a_prefix_of_logins_may_have_a_hyphen_further_ahead(text: str) -> None:
    """Where no login makes it one of the six characters' that end an ARN."""
    assert re.fullmatch(parameters()["LoginNamePrefix"]["AllowedPattern"], text)


@pytest.mark.parametrize("name", ["RolesSecretName", "SigningSecretName"])
@pytest.mark.parametrize(
    "text", ["apirol", "team-apirole", "team-apiro", "team-apirol-x", "x" * 256]
)
def test_other_hyphens_in_a_secret_name_are_taken(name: str, text: str) -> None:
    """What is refused is a hyphen and exactly six characters at the end."""
    assert re.fullmatch(parameters()[name]["AllowedPattern"], text)


def test_a_login_is_never_stored_under_a_keys_name() -> None:
    """One prefix for keys and logins alike is refused before the deployment."""
    assert render().violations == []
    [violation] = render(SecretNamePrefix="A_", LoginNamePrefix="A_").violations
    assert violation.startswith("SecretNamePrefix and LoginNamePrefix must differ")


@pytest.mark.parametrize("text", ["", "*", "a", "Acme Inc.,team-*", "a,b*,c"])
def test_a_list_of_names_is_taken(text: str) -> None:
    """Each exact, or with a star at its end."""
    for name in ("GrantableClients", "GrantableSessions", "SupportPlans"):
        assert re.fullmatch(parameters()[name]["AllowedPattern"], text)


@pytest.mark.parametrize("first", ["Grantable", "Support"])
@pytest.mark.parametrize(
    ("name", "text"), [("Sessions", "DESK"), ("Plans", "p1"), ("Clients", "Acme")]
)
def test_a_limit_that_would_not_hold_is_refused_before_the_deployment(
    first: str, name: str, text: str
) -> None:
    """The function would refuse to start with it."""
    limit = {f"{first}{name}": text}
    actions = "AdminActions" if first == "Grantable" else "SupportActions"
    [violation] = render(**limit, **{actions: "all"}).violations
    assert "set no limit" in violation
    assert render(**limit, **{f"{first}Roles": "A", actions: "all"}).violations == []
    assert render(**limit, **{actions: "support"}).violations == []


@pytest.mark.parametrize("stage_name", ["dev", "prod"])
def test_stages_keep_to_the_patterns(stage_name: str) -> None:
    """What samconfig.toml sets, the template knows and allows."""
    for name, value in stage(stage_name).items():
        definition = parameters()[name]
        if "AllowedPattern" in definition:
            assert re.fullmatch(definition["AllowedPattern"], value)
        else:
            assert value in [str(one) for one in definition["AllowedValues"]]


@pytest.mark.parametrize(
    "name", ["KeyPrefix", "SecretNamePrefix", "LoginNamePrefix", "RolesSecretName"]
)
def test_dev_and_prod_differ_in_every_name(name: str) -> None:
    """Dev and prod share no name, nor the prefix of their keys."""
    assert stage("dev")[name] != stage("prod")[name]


@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
def test_no_grant_of_one_stage_covers_a_name_of_the_other(role: str) -> None:
    """Dev's roles reach none of prod's secrets, nor prod's roles dev's."""
    dev, prod = (secret_grants(role, name) for name in ("dev", "prod"))
    for one, other in product(dev, prod):
        assert not covers(one, other)
        assert not covers(other, one)


def secret_grants(role: str, stage_name: str) -> list[str]:
    """Return the patterns of a stage's stored secrets that a role may touch."""
    return [
        resource
        for statement in statements(render(**stage(stage_name)), role)
        for resource in resources(statement)
        # Named after the stack: the stages' stacks differ, those rendered here do not.
        if ":secret:" in resource and "signing-key" not in resource
    ]


def covers(pattern: str, other: str) -> bool:
    """Return whether one pattern matches the least name that the other stands for."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return (
        re.fullmatch(expression, other.replace("*", "").replace("?", "x")) is not None
    )


def test_stacks_of_the_stages_differ() -> None:
    """Dev and prod are two stacks, so that their signing secrets differ too."""
    config = tomllib.loads((checkout.ROOT / "samconfig.toml").read_text())
    names = {
        config[name]["deploy"]["parameters"]["stack_name"] for name in ("dev", "prod")
    }
    assert len(names) == 2


def test_prod_asks_before_it_changes() -> None:
    """A deployment to prod shows the change set and waits for a yes."""
    config = tomllib.loads((checkout.ROOT / "samconfig.toml").read_text())
    assert config["prod"]["deploy"]["parameters"]["confirm_changeset"] is True


def test_every_parameter_is_grouped() -> None:
    """The console shows every parameter, each in one group."""
    listed = [name for group in parameter_groups() for name in group["Parameters"]]
    assert sorted(listed) == sorted(parameters())


@pytest.mark.parametrize(
    ("kinds", "seconds", "is_admitted"),
    [
        ("api-key", "30", True),
        ("basic", "30", True),
        ("api-key,basic", "0", True),
        ("api-key,basic", "1", False),
        ("api-key,basic", "30", False),
    ],
)
def test_two_kinds_of_credentials_are_never_cached(
    kinds: str, seconds: str, *, is_admitted: bool
) -> None:
    """API Gateway caches under one header, and asks for each that it caches under."""
    allowed = parameters()["Credentials"]["AllowedValues"]
    assert kinds in allowed
    violations = render(Credentials=kinds, AuthorizerCacheSeconds=seconds).violations
    assert (violations == []) is is_admitted
    assert all("needs AuthorizerCacheSeconds 0" in text for text in violations)
