"""What the roles of the functions may do, and what they may not."""

import re

import pytest

from local import checkout
from tests.template.iam import actions, may, resources, secret, statements
from tests.template.rendering import ACCOUNT, REGION, STACK, render

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0b1c"
SIGNING_SECRET = secret(f"{STACK}-signing-key")
RECORD_ID = "0123456789abcdef"
ROLES = (
    "AuthorizerRole",
    "AdminRole",
    "SupportRole",
    "GatewayInvokeRole",
    "ExampleRole",
    "NoticesRole",
    "NoticesScheduleRole",
    "LastUseRole",
)
ALL = {
    "ExampleApi": "true",
    "AuthorizerInvokeRole": "true",
    "SupportFunction": "true",
    "LastUsed": "on",
}
READ = "secretsmanager:GetSecretValue"

WRITES = [
    "secretsmanager:CreateSecret",
    "secretsmanager:DeleteSecret",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RestoreSecret",
    "secretsmanager:TagResource",
    "secretsmanager:UpdateSecret",
    "secretsmanager:UpdateSecretVersionStage",
]
OTHERS = [
    secret("elses"),
    secret("XAPIKEY_1"),
    secret("apikey_1"),
    secret("DEV_APIKEY_1"),
    secret("APIROLES2"),
    secret("APIROLES-2"),
    secret("other-signing-key"),
    secret(f"x{STACK}-signing-key"),
    secret(f"{STACK}-signing-key-2"),
    secret("APIKEY_1").replace(ACCOUNT, "999999999999"),
    secret("APIKEY_1").replace(REGION, "us-east-1"),
    secret("APIKEY_1").replace("arn:aws:", "arn:aws-cn:"),
]


@pytest.mark.parametrize(
    "name", [f"APIKEY_{RECORD_ID}", "APIUSER_ann", "APIROLES", f"{STACK}-signing-key"]
)
def test_authorizer_reads_its_names(name: str) -> None:
    """The authorizer may read records, the role map and the signing secret."""
    assert may(render(), "AuthorizerRole", READ, secret(name))


@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
@pytest.mark.parametrize("name", ["APIROLES", f"{STACK}-signing-key"])
def test_a_secret_that_is_missing_is_found_to_be_missing(role: str, name: str) -> None:
    """IAM judges a name without a secret as it is, without the six characters.

    Denied, it would look like an outage of permissions where nothing was stored yet.
    """
    assert may(render(), role, READ, secret(name, suffix=""))


@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
def test_an_existing_signing_secret_is_found_to_be_missing(role: str) -> None:
    """The same where its name was given."""
    template = render(SigningSecretName="shared/signing")
    assert may(template, role, READ, secret("shared/signing", suffix=""))
    assert not may(template, role, READ, secret("shared/signings", suffix=""))
    assert not may(template, role, READ, secret(f"{STACK}-signing-key", suffix=""))


def test_authorizer_is_granted_only_reading_and_its_log() -> None:
    """The authorizer's role grants nothing but that and writing its own log."""
    granted = {
        statement["Sid"]: statement["Action"]
        for statement in statements(render(), "AuthorizerRole")
    }
    assert granted == {
        "ReadRecordsRolesAndSigningKey": "secretsmanager:GetSecretValue",
        "WriteOwnLog": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }


@pytest.mark.parametrize("resource", OTHERS)
@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
def test_no_other_secret_is_read(role: str, resource: str) -> None:
    """Neither function may read a secret of another name, account or region."""
    assert not may(render(), role, READ, resource)


@pytest.mark.parametrize("resource", OTHERS)
@pytest.mark.parametrize("action", WRITES)
def test_no_other_secret_is_written(action: str, resource: str) -> None:
    """The admin function may not write a secret of another name."""
    assert not may(render(), "AdminRole", action, resource)


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("name", ["APIKEY_1", "APIUSER_1", "APIROLES"])
def test_authorizer_writes_nothing(name: str, action: str) -> None:
    """The authorizer may write no secret, not even its own."""
    assert not may(render(), "AuthorizerRole", action, secret(name))


SWAPS = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]


@pytest.mark.parametrize("action", WRITES)
def test_signing_secret_is_rotated_by_the_admin_and_never_deleted(action: str) -> None:
    """The admin function may rotate the signing key; nobody may do anything else."""
    allowed = action in SWAPS
    assert may(render(), "AdminRole", action, SIGNING_SECRET) is allowed
    assert not may(render(), "AuthorizerRole", action, SIGNING_SECRET)


@pytest.mark.parametrize("action", WRITES)
@pytest.mark.parametrize("name", [SIGNING_SECRET, secret("APIROLES")])
def test_a_function_for_some_roles_writes_nothing_that_concerns_all(
    name: str, action: str
) -> None:
    """With GrantableRoles the role map and the signing secret can only be read."""
    template = render(GrantableRoles="REPORTING")
    assert not may(template, "AdminRole", action, name)
    assert may(template, "AdminRole", READ, name)


@pytest.mark.parametrize(
    "path",
    [
        "/restapis/a1/stages/prod/cache/authorizers",
        "/apis/a1/stages/prod/cache/authorizers",
    ],
)
def test_caches_are_flushed_only_where_stages_are_named(path: str) -> None:
    """Without FlushStages the admin function may empty no cache."""
    resource = f"arn:aws:apigateway:{REGION}::{path}"
    flush = "apigateway:DELETE"
    assert may(render(FlushStages="a1/prod"), "AdminRole", flush, resource)
    assert not may(render(), "AdminRole", flush, resource)


def test_admin_writes_records() -> None:
    """The admin function may create, change, relabel, delete and restore records."""
    for verb in (
        "CreateSecret",
        "GetSecretValue",
        "PutSecretValue",
        "UpdateSecretVersionStage",
        "DeleteSecret",
        "RestoreSecret",
        "TagResource",
        "DescribeSecret",
    ):
        for name in (f"APIKEY_{RECORD_ID}", "APIUSER_ann"):
            action = f"secretsmanager:{verb}"
            assert may(render(), "AdminRole", action, secret(name))


@pytest.mark.parametrize("name", [f"APIKEY_{RECORD_ID}", "APIUSER_ann"])
def test_no_record_is_deleted_without_recovery(name: str) -> None:
    """Whoever holds the admin's role: what it deletes can be restored."""
    delete, forced = "secretsmanager:DeleteSecret", "force_delete_without_recovery"
    given = (render(), "AdminRole", delete, secret(name))
    assert may(*given, **{forced: "false"})
    assert not may(*given, **{forced: "true"})


@pytest.mark.parametrize("suffix", ["", "-a1B2c3"])
def test_admin_creates_the_role_map(suffix: str) -> None:
    """The role map may be created whether or not its ARN has its six characters yet."""
    role_map = secret("APIROLES", suffix)
    assert may(render(), "AdminRole", "secretsmanager:CreateSecret", role_map)


def test_admin_does_not_delete_the_role_map() -> None:
    """The role map can be replaced, not deleted: without it every answer is 500."""
    delete = "secretsmanager:DeleteSecret"
    assert not may(render(), "AdminRole", delete, secret("APIROLES"))


def test_admin_is_granted_what_its_code_calls() -> None:
    """The admin's role grants exactly the Secrets Manager actions that it calls."""
    source = "".join(
        path.read_text() for path in (checkout.ROOT / "src/admin").rglob("*.py")
    )
    calls = set(re.findall(r"client\.(\w+_secret\w*|tag_resource)\(", source))
    granted = {
        action
        for statement in statements(render(), "AdminRole")
        for action in actions(statement)
        if action.startswith("secretsmanager:")
    }
    words = {call.title().replace("_", "") for call in calls}
    assert granted == {f"secretsmanager:{word}" for word in words}


@pytest.mark.parametrize(
    ("action", "path", "allowed"),
    [
        ("apigateway:POST", "/apikeys", True),
        ("apigateway:POST", "/usageplans/p1/keys", True),
        ("apigateway:DELETE", "/apikeys/k1", True),
        ("apigateway:GET", "/apikeys", True),
        ("apigateway:GET", "/apikeys/k1", False),
        ("apigateway:PATCH", "/apikeys/k1", False),
        ("apigateway:GET", "/usageplans", False),
        ("apigateway:GET", "/usageplans/p1/keys", False),
        ("apigateway:POST", "/usageplans", False),
        ("apigateway:DELETE", "/usageplans/p1", False),
        ("apigateway:DELETE", "/usageplans/p1/keys/k1", False),
        ("apigateway:DELETE", "/restapis/a1", False),
        ("apigateway:PATCH", "/restapis/a1/authorizers/b2", False),
        ("apigateway:PUT", "/restapis/a1", False),
    ],
)
def test_admin_makes_and_removes_usage_plan_keys(
    action: str, path: str, *, allowed: bool
) -> None:
    """Of API Gateway the admin function may make, find and remove plan keys."""
    resource = f"arn:aws:apigateway:{REGION}::{path}"
    assert may(render(), "AdminRole", action, resource) is allowed
    assert not may(render(), "AuthorizerRole", action, resource)


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        ("AuthorizerRole", "AuthorizerLogGroup", "AdminLogGroup"),
        ("AdminRole", "AdminLogGroup", "AuthorizerLogGroup"),
        ("ExampleRole", "ExampleLogGroup", "AdminLogGroup"),
    ],
)
def test_each_function_writes_its_own_log(role: str, own: str, other: str) -> None:
    """No function may write into another's log; the audit log is the admin's."""
    template = render(ExampleApi="true")
    prefix = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
    put = "logs:PutLogEvents"
    assert may(template, role, put, f"{prefix}:{own}:log-stream:1")
    assert not may(template, role, put, f"{prefix}:{other}:log-stream:1")
    assert not may(template, role, "logs:DeleteLogStream", f"{prefix}:{own}:*")
    assert not may(template, role, "logs:DeleteLogGroup", f"{prefix}:{own}:*")


def test_every_role_is_one_that_is_looked_at_here() -> None:
    """SAM makes none: its own may write to every log group of the account."""
    template = render(**ALL)
    assert template.of_type("AWS::IAM::Role").keys() == set(ROLES)
    for properties in template.of_type("AWS::Lambda::Function").values():
        assert properties["Role"].removesuffix(".Arn") in ROLES


@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
def test_kms_key_serves_only_secrets(role: str) -> None:
    """A KMS key is used through Secrets Manager and in no other way."""
    template = render(KmsKeyArn=KEY)
    service = f"secretsmanager.{REGION}.amazonaws.com"
    assert may(template, role, "kms:Decrypt", KEY, via_service=service)
    assert not may(template, role, "kms:Decrypt", KEY)
    assert not may(template, role, "kms:Decrypt", KEY, via_service="s3.amazonaws.com")
    assert not may(template, role, "kms:Decrypt", f"{KEY}x", via_service=service)
    assert not may(render(), role, "kms:Decrypt", KEY, via_service=service)


def test_only_the_admin_encrypts() -> None:
    """The authorizer may not encrypt with the KMS key."""
    template = render(KmsKeyArn=KEY)
    service = f"secretsmanager.{REGION}.amazonaws.com"
    encrypt = "kms:GenerateDataKey"
    assert may(template, "AdminRole", encrypt, KEY, via_service=service)
    assert not may(template, "AuthorizerRole", encrypt, KEY, via_service=service)


def test_existing_signing_secret_replaces_the_grant() -> None:
    """With SigningSecretName the roles reach that secret and not the stack's name."""
    template = render(SigningSecretName="shared/signing")
    for role in ("AuthorizerRole", "AdminRole"):
        assert may(template, role, READ, secret("shared/signing"))
        assert not may(template, role, READ, SIGNING_SECRET)


@pytest.mark.parametrize("role", ROLES)
def test_no_statement_is_about_everything(role: str) -> None:
    """No statement names all resources, all actions of a service, or has no Sid."""
    template = render(**ALL, KmsKeyArn=KEY)
    for statement in statements(template, role):
        assert statement["Sid"]
        assert statement["Effect"] == "Allow"
        assert "*" not in str(statement["Action"])
        # The actions that AWS grants on everything or not at all.
        is_whole = statement["Action"] in (
            "secretsmanager:ListSecrets",
            "logs:GetQueryResults",
        )
        assert is_whole or "*" not in resources(statement)


@pytest.mark.parametrize("role", ROLES)
def test_grants_follow_the_partition(role: str) -> None:
    """In GovCloud and China the grants name that partition."""
    template = render("aws-us-gov", **ALL)
    for statement in statements(template, role):
        for resource in resources(statement):
            if ":secretsmanager:" in resource or ":apigateway:" in resource:
                assert resource.startswith("arn:aws-us-gov:")


@pytest.mark.parametrize("role", ["AuthorizerRole", "AdminRole"])
def test_network_interfaces_need_a_vpc(role: str) -> None:
    """Only functions in a VPC may manage network interfaces."""
    assert "ManagedPolicyArns" not in render().properties(role)
    template = render(VpcSubnetIds="subnet-1,subnet-2", VpcSecurityGroupIds="sg-1")
    assert template.properties(role)["ManagedPolicyArns"] == [
        "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
    ]


def test_roles_are_assumed_only_by_their_service() -> None:
    """Lambda assumes the functions' roles, API Gateway the one made for it."""
    template = render(**ALL)
    for role, service in (
        ("ExampleRole", "lambda.amazonaws.com"),
        ("AuthorizerRole", "lambda.amazonaws.com"),
        ("AdminRole", "lambda.amazonaws.com"),
        ("SupportRole", "lambda.amazonaws.com"),
        ("GatewayInvokeRole", "apigateway.amazonaws.com"),
    ):
        [trust] = template.properties(role)["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": service}
        assert trust["Action"] == "sts:AssumeRole"


def test_gateway_role_invokes_only_the_authorizer() -> None:
    """The role for APIs of other stacks exists on request, for the authorizer only."""
    assert "GatewayInvokeRole" not in render().resources
    template = render(AuthorizerInvokeRole="true")
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"
    invoke = "lambda:InvokeFunction"
    role = "GatewayInvokeRole"
    assert may(template, role, invoke, f"{function}:AuthorizerFunction")
    assert not may(template, role, invoke, f"{function}:AdminFunction")
    assert template.outputs["AuthorizerInvokeRoleArn"]["Value"] == f"{role}.Arn"


BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus"


def test_events_are_put_on_one_bus_under_the_projects_own_name() -> None:
    """Nobody else's events can be forged, and no other bus reached."""
    template = render(EventBusName="keys")
    put = "events:PutEvents"
    assert may(template, "AdminRole", put, f"{BUS}/keys", source="apikeys")
    assert not may(template, "AdminRole", put, f"{BUS}/keys", source="aws.ec2")
    assert not may(template, "AdminRole", put, f"{BUS}/default", source="apikeys")
    assert not may(template, "AuthorizerRole", put, f"{BUS}/keys", source="apikeys")


@pytest.mark.parametrize(("chosen", "tells"), [("support", True), ("read", False)])
def test_the_second_function_tells_of_what_it_changes(
    chosen: str, *, tells: bool
) -> None:
    """One that only reads has nothing to tell."""
    chosen_actions = {"AdminActions": chosen, "SupportActions": chosen}
    template = render(SupportFunction="true", EventBusName="keys", **chosen_actions)
    for role in ("AdminRole", "SupportRole"):
        given = (template, role, "events:PutEvents", f"{BUS}/keys")
        assert may(*given, source="apikeys") is tells


def test_without_a_bus_no_event_may_be_put() -> None:
    """The default."""
    assert not may(
        render(), "AdminRole", "events:PutEvents", f"{BUS}/default", source="apikeys"
    )


def test_the_decision_log_is_asked_and_no_other() -> None:
    """Nor read line by line: what is asked is what usage asks."""
    log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:AuthorizerLogGroup:*"
    for spelled in (log, log.removesuffix(":*")):
        assert may(render(), "AdminRole", "logs:StartQuery", spelled)
    other = log.replace("Authorizer", "Admin")
    assert not may(render(), "AdminRole", "logs:StartQuery", other)
    assert not may(render(), "AdminRole", "logs:FilterLogEvents", log)
    assert may(render(), "AdminRole", "logs:GetQueryResults", "*")


_SECRETS = "secretsmanager"
_READS = {f"{_SECRETS}:{verb}" for verb in ("DescribeSecret", "GetSecretValue")}
_READS |= {f"{_SECRETS}:ListSecrets", "logs:StartQuery", "logs:GetQueryResults"}
_CHANGES = {
    f"{_SECRETS}:{verb}"
    for verb in ("PutSecretValue", "TagResource", "UpdateSecretVersionStage")
}
_MAKES = {f"{_SECRETS}:CreateSecret", f"{_SECRETS}:DeleteSecret"}
_METERS = {"apigateway:POST", "apigateway:GET", "apigateway:DELETE"}


@pytest.mark.parametrize(
    ("chosen", "granted"),
    [
        ({"Actions": "read"}, _READS),
        ({"Actions": "read", "Roles": "A", "Plans": "p"}, _READS),
        ({"Actions": "support"}, _READS | _CHANGES),
        ({"Actions": "support", "Plans": "p"}, _READS | _CHANGES),
        ({"Actions": "support", "Roles": "A"}, _READS | _CHANGES | _MAKES),
        (
            {"Actions": "support", "Roles": "A", "Plans": "p"},
            _READS | _CHANGES | _MAKES | _METERS,
        ),
        (
            {"Actions": "all", "Roles": "A"},
            _READS | _CHANGES | _MAKES | _METERS | {f"{_SECRETS}:RestoreSecret"},
        ),
    ],
)
@pytest.mark.parametrize("role", ["AdminRole", "SupportRole"])
def test_a_role_holds_what_its_actions_need(
    role: str, chosen: dict[str, str], granted: set[str]
) -> None:
    """Each admin function's by its own parameters, whatever the other's say."""
    first = "Grantable" if role == "AdminRole" else "Support"
    named = {
        f"{'Admin' if first == 'Grantable' and n == 'Actions' else first}{n}": text
        for n, text in chosen.items()
    }
    template = render(SupportFunction="true", FlushStages="a1/prod", **named)
    found = {a for s in statements(template, role) for a in actions(s)}
    assert found == granted | {"logs:CreateLogStream", "logs:PutLogEvents"}
    for action in WRITES:
        assert not may(template, role, action, SIGNING_SECRET)
        assert not may(template, role, action, secret("APIROLES"))


def test_the_first_functions_role_is_the_seconds_where_it_does_the_same() -> None:
    """One set of statements, chosen by either function's parameters."""
    template = render(SupportFunction="true", SupportActions="all", KmsKeyArn=KEY)
    assert statements(template, "SupportRole") == statements(template, "AdminRole")


def test_the_second_function_encrypts_only_where_it_writes() -> None:
    """With ``read`` it only decrypts."""
    service = f"secretsmanager.{REGION}.amazonaws.com"
    for chosen, writes in (("read", False), ("support", True)):
        template = render(SupportFunction="true", KmsKeyArn=KEY, SupportActions=chosen)
        given = (template, "SupportRole")
        assert may(*given, "kms:Decrypt", KEY, via_service=service)
        encrypts = may(*given, "kms:GenerateDataKey", KEY, via_service=service)
        assert encrypts is writes


DELIVERS = {READ, *SWAPS}


@pytest.mark.parametrize("role", ["AdminRole", "SupportRole"])
@pytest.mark.parametrize(("chosen", "delivers"), [("support", True), ("read", False)])
def test_a_function_that_rotates_delivers_under_one_prefix(
    role: str, chosen: str, *, delivers: bool
) -> None:
    """It reads and replaces what is there, and makes, tags and deletes nothing."""
    template = render(
        SupportFunction="true",
        DeliveryPrefix="clients/",
        AdminActions=chosen,
        SupportActions=chosen,
    )
    for action in {READ, *WRITES}:
        allowed = delivers and action in DELIVERS
        assert may(template, role, action, secret("clients/acme")) is allowed
        for other in ("client", "xclients/acme", "Clients/acme"):
            assert not may(template, role, action, secret(other))
    # The sister of a rotation is a record, which may have to be taken back.
    create = "secretsmanager:CreateSecret"
    assert may(template, role, create, secret("APIKEY_1")) is delivers


@pytest.mark.parametrize("role", ["AdminRole", "SupportRole", "AuthorizerRole"])
def test_without_a_prefix_nothing_is_delivered(role: str) -> None:
    """Nor does the authorizer reach what is."""
    for prefix in ("", "clients/") if role == "AuthorizerRole" else ("",):
        template = render(SupportFunction="true", DeliveryPrefix=prefix)
        for action in DELIVERS:
            assert not may(template, role, action, secret("clients/acme"))
