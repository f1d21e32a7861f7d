"""How the two functions run."""

from typing import Any

import pytest

from admin.settings import Settings as AdminSettings
from authorizer.settings import Settings as AuthorizerSettings
from tests.template.rendering import Rendered, render

FUNCTIONS = ("AuthorizerFunction", "AdminFunction")
PARAMETERS = {
    "KEY_PREFIX": ("KeyPrefix", "ak"),
    "SECRET_NAME_PREFIX": ("SecretNamePrefix", "APIKEY_"),
    "LOGIN_NAME_PREFIX": ("LoginNamePrefix", "APIUSER_"),
    "ROLES_SECRET": ("RolesSecretName", "APIROLES"),
    "CREDENTIALS": ("Credentials", "api-key"),
    "LEGACY_KEYS": ("LegacyKeys", "off"),
    "KEY_HASH": ("KeyHash", "sha256"),
    "TAG_CHECK": ("TagCheck", "on"),
    "RECORD_TTL_SECONDS": ("RecordTtlSeconds", "30"),
    "UNKNOWN_TTL_SECONDS": ("UnknownTtlSeconds", "5"),
    "STALE_SECONDS": ("StaleSeconds", "300"),
    "AUTHORIZER_CACHE_SECONDS": ("AuthorizerCacheSeconds", "30"),
    "SOURCE_IP_KEY": ("SourceIpKey", "aws:SourceIp"),
}
ADMIN_PARAMETERS = {
    "DEFAULT_ISSUER": ("DefaultIssuer", "apikeys"),
    "DEFAULT_LIFETIME_DAYS": ("DefaultLifetimeDays", "90"),
    "MAX_LIFETIME_DAYS": ("MaxLifetimeDays", "0"),
    "ADMIN_ACTIONS": ("AdminActions", "all"),
    "GRANTABLE_ROLES": ("GrantableRoles", "*"),
    "GRANTABLE_SESSIONS": ("GrantableSessions", ""),
    "GRANTABLE_PLANS": ("GrantablePlans", ""),
    "GRANTABLE_CLIENTS": ("GrantableClients", "*"),
    "DELIVERY_PREFIX": ("DeliveryPrefix", ""),
    "EVENT_BUS_NAME": ("EventBusName", ""),
    "FLUSH_STAGES": ("FlushStages", ""),
    "KMS_KEY_ID": ("KmsKeyArn", ""),
}

# What the second admin function takes from other parameters than the first.
SUPPORT_PARAMETERS = {
    "ADMIN_ACTIONS": ("SupportActions", "support"),
    "GRANTABLE_ROLES": ("SupportRoles", "*"),
    "GRANTABLE_SESSIONS": ("SupportSessions", ""),
    "GRANTABLE_PLANS": ("SupportPlans", ""),
    "GRANTABLE_CLIENTS": ("SupportClients", "*"),
}


def variables(template: Rendered, function: str) -> dict[str, str]:
    """Return a function's environment as the process sees it: text."""
    environment: dict[str, Any] = template.properties(function)["Environment"]
    return {name: str(value) for name, value in environment["Variables"].items()}


def test_handlers() -> None:
    """The handlers are those that scripts rely on."""
    handlers = {name: render().properties(name)["Handler"] for name in FUNCTIONS}
    assert handlers == {
        "AuthorizerFunction": "authorizer.handler.lambda_handler",
        "AdminFunction": "admin.handler.lambda_handler",
    }


def test_each_function_acts_under_its_own_role() -> None:
    """Neither function holds the other's rights."""
    roles = {name: render().properties(name)["Role"] for name in FUNCTIONS}
    assert roles == {
        "AuthorizerFunction": "AuthorizerRole.Arn",
        "AdminFunction": "AdminRole.Arn",
    }


def test_authorizer_variables() -> None:
    """The authorizer gets the variables that both functions share, and no more."""
    expected = {name: default for name, (_, default) in PARAMETERS.items()}
    found = variables(render(), "AuthorizerFunction")
    assert found == expected | {
        "SIGNING_SECRET": "teststack-signing-key",
        "RECORD_STORE": "secretsmanager",
        "RECORD_TABLE": "",
    }


def test_admin_variables() -> None:
    """The admin function gets these, its own, and names for its logs and metrics."""
    both = PARAMETERS | ADMIN_PARAMETERS
    expected = {name: default for name, (_, default) in both.items()}
    assert variables(render(), "AdminFunction") == expected | {
        "SIGNING_SECRET": "teststack-signing-key",
        "RECORD_STORE": "secretsmanager",
        "RECORD_TABLE": "",
        "STACK_NAME": "teststack",
        "AUTHORIZER_LOG_GROUP": "AuthorizerLogGroup",
        "LAST_USE_TABLE": "",
        "POWERTOOLS_SERVICE_NAME": "apikeys-admin",
        "POWERTOOLS_METRICS_NAMESPACE": "ApiKeys",
    }


def test_the_second_admin_function_is_the_first_but_for_its_limits() -> None:
    """Same code, same records, same log; another role, and variables of its own."""
    template = render(SupportFunction="true")
    first, second = map(template.properties, ("AdminFunction", "SupportAdminFunction"))
    own = {"Description", "Role", "Environment", "CodeUri", "Code"}
    assert {n: v for n, v in first.items() if n not in own} == {
        n: v for n, v in second.items() if n not in own
    }
    assert second["Role"] == "SupportRole.Arn"
    changed = {name: default for name, (_, default) in SUPPORT_PARAMETERS.items()}
    assert variables(template, "SupportAdminFunction") == (
        variables(template, "AdminFunction") | changed
    )
    for variable, (parameter, _) in SUPPORT_PARAMETERS.items():
        other = render(SupportFunction="true", **{parameter: "77"})
        assert variables(other, "SupportAdminFunction")[variable] == "77"
        assert variables(other, "AdminFunction") == variables(render(), "AdminFunction")


def test_there_is_no_second_admin_function_unless_it_is_asked_for() -> None:
    """Nor its role, nor its output."""
    assert not {"SupportAdminFunction", "SupportRole"} & render().resources.keys()
    assert "SupportFunctionName" not in render().outputs
    outputs = render(SupportFunction="true").outputs
    assert outputs["SupportFunctionName"]["Value"] == "SupportAdminFunction"


def test_nothing_repeats_a_request_to_the_second_admin_function() -> None:
    """As of the first: its answers hold keys, too."""
    template = render(SupportFunction="true", ExpiryNotices="")
    configs = template.of_type("AWS::Lambda::EventInvokeConfig")
    assert {c["FunctionName"]: c["MaximumRetryAttempts"] for c in configs.values()} == {
        "AdminFunction": 0,
        "SupportAdminFunction": 0,
    }


@pytest.mark.parametrize("variable", PARAMETERS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_shared_variables_are_parameters(function: str, variable: str) -> None:
    """Every shared variable is what its parameter says."""
    parameter, _ = PARAMETERS[variable]
    assert variables(render(**{parameter: "77"}), function)[variable] == "77"


@pytest.mark.parametrize("variable", ADMIN_PARAMETERS)
def test_admin_variables_are_parameters(variable: str) -> None:
    """Every variable of the admin function is what its parameter says."""
    parameter, _ = ADMIN_PARAMETERS[variable]
    assert variables(render(**{parameter: "77"}), "AdminFunction")[variable] == "77"


def test_authorizer_accepts_the_defaults() -> None:
    """The template's defaults are the authorizer's own."""
    template = AuthorizerSettings(variables(render(), "AuthorizerFunction"))
    own = AuthorizerSettings({"SIGNING_SECRET": "teststack-signing-key"})
    for name in AuthorizerSettings.__slots__:
        assert getattr(template, name) == getattr(own, name)


def test_admin_accepts_the_defaults() -> None:
    """The template's defaults are the admin function's own."""
    template = AdminSettings.from_environ(variables(render(), "AdminFunction"))
    own = AdminSettings.from_environ(
        {
            "SIGNING_SECRET": "teststack-signing-key",
            "STACK_NAME": "teststack",
            "AUTHORIZER_LOG_GROUP": "AuthorizerLogGroup",
        }
    )
    assert template == own


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_runtime(function: str, architecture: str) -> None:
    """Both functions run Python 3.13 on the chosen processor."""
    properties = render(Architecture=architecture).properties(function)
    assert properties["Runtime"] == "python3.13"
    assert properties["Architectures"] == [architecture]


def test_authorizer_ends_before_the_gateway_gives_up() -> None:
    """The authorizer has the ten seconds that API Gateway waits at most."""
    assert render().properties("AuthorizerFunction")["Timeout"] == 10


def test_authorizer_memory_is_a_parameter() -> None:
    """The authorizer's memory can be chosen."""
    template = render(AuthorizerMemorySize="1769")
    assert template.properties("AuthorizerFunction")["MemorySize"] == "1769"
    assert render().properties("AuthorizerFunction")["MemorySize"] == "512"


@pytest.mark.parametrize("reserved", ["0", "50"])
def test_reserved_concurrency_bounds_the_authorizer(reserved: str) -> None:
    """What is reserved bounds a flood, and 0 shuts the authorizer."""
    template = render(AuthorizerReservedConcurrency=reserved)
    properties = template.properties("AuthorizerFunction")
    assert properties["ReservedConcurrentExecutions"] == reserved


def test_concurrency_is_shared_by_default() -> None:
    """Without the parameter nothing is reserved."""
    properties = render().properties("AuthorizerFunction")
    assert "ReservedConcurrentExecutions" not in properties


def test_admin_is_never_retried_nor_its_requests_kept() -> None:
    """Lambda doesn't repeat a request to the admin function, nor queue a failed one."""
    template = render()
    configs = template.of_type("AWS::Lambda::EventInvokeConfig").values()
    [config] = [c for c in configs if c["FunctionName"] == "AdminFunction"]
    assert config["MaximumRetryAttempts"] == 0
    assert not config["DestinationConfig"]
    for function in FUNCTIONS:
        assert "DeadLetterConfig" not in template.properties(function)


def test_admin_is_not_reachable_over_http() -> None:
    """The admin function has no URL, and nobody is permitted to invoke it."""
    template = render(ExampleApi="true", AuthorizerInvokeRole="true")
    assert not template.of_type("AWS::Lambda::Url")
    for permission in template.of_type("AWS::Lambda::Permission").values():
        assert "AdminFunction" not in permission["FunctionName"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_run_in_the_chosen_vpc(function: str) -> None:
    """Subnets and security groups go to both functions; without, there is no VPC."""
    template = render(VpcSubnetIds="subnet-1,subnet-2", VpcSecurityGroupIds="sg-1")
    assert template.properties(function)["VpcConfig"] == {
        "SubnetIds": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": ["sg-1"],
    }
    assert "VpcConfig" not in render().properties(function)


@pytest.mark.parametrize("half", ["VpcSubnetIds", "VpcSecurityGroupIds"])
def test_half_a_vpc_is_not_taken_for_none(half: str) -> None:
    """Half a VPC reaches Lambda, which refuses it, and isn't silently dropped."""
    template = render(**{half: "x-1"})
    for function in FUNCTIONS:
        assert "VpcConfig" in template.properties(function)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("AWS::Lambda::Function", "FunctionName"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::Logs::LogGroup", "LogGroupName"),
    ],
)
def test_nothing_has_a_fixed_name(kind: str, field: str) -> None:
    """Names come from CloudFormation, so that two stacks fit into one account."""
    template = render(ExampleApi="true", AuthorizerInvokeRole="true")
    for properties in template.of_type(kind).values():
        assert field not in properties


def test_the_names_of_alarms_are_the_stacks() -> None:
    """They say how urgent an alarm is, and two stacks fit into one account."""
    for alarm in render(ExampleApi="true").of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmName"].startswith("teststack-")
