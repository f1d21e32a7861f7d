"""What must survive an update, a replacement or the removal of the stack."""

import pytest

from tests.template.rendering import STACK, render


def test_generator_of_the_signing_secret_is_pinned() -> None:
    """An edit of the generator would mint a new key and refuse every client."""
    assert render().properties("SigningSecret")["GenerateSecretString"] == {
        "SecretStringTemplate": '{"previous": []}',
        "GenerateStringKey": "current",
        "PasswordLength": 64,
        "ExcludePunctuation": True,
    }


def test_name_of_the_signing_secret_is_pinned() -> None:
    """Another name would replace the secret, and with it the key."""
    assert render().properties("SigningSecret")["Name"] == f"{STACK}-signing-key"


@pytest.mark.parametrize("name", ["SigningSecret", "AdminLogGroup"])
def test_kept_whatever_happens_to_the_stack(name: str) -> None:
    """The signing secret and the audit log are retained on delete and replace.

    But not where the deployment that made them is rolled back: the secret's name would
    stay taken, and no later deployment could succeed.
    """
    resource = render().resources[name]
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_existing_signing_secret_is_not_made_again() -> None:
    """With SigningSecretName no secret is made, and both functions read that one."""
    template = render(SigningSecretName="shared/signing")
    assert "SigningSecret" not in template.resources
    assert template.outputs["SigningSecretName"]["Value"] == "shared/signing"
    for function in ("AuthorizerFunction", "AdminFunction"):
        variables = template.properties(function)["Environment"]["Variables"]
        assert variables["SIGNING_SECRET"] == "shared/signing"


def test_functions_get_the_name_of_the_signing_secret() -> None:
    """A name works on AWS and on emulators; the roles are granted names."""
    template = render()
    assert template.outputs["SigningSecretName"]["Value"] == f"{STACK}-signing-key"
    for function in ("AuthorizerFunction", "AdminFunction"):
        variables = template.properties(function)["Environment"]["Variables"]
        assert variables["SIGNING_SECRET"] == f"{STACK}-signing-key"


def test_kms_key_encrypts_the_signing_secret_and_the_records() -> None:
    """With KmsKeyArn both the template's secret and the admin's use that key."""
    key = "arn:aws:kms:eu-west-1:123456789012:key/0b1c"
    template = render(KmsKeyArn=key)
    variables = template.properties("AdminFunction")["Environment"]["Variables"]
    assert template.properties("SigningSecret")["KmsKeyId"] == key
    assert variables["KMS_KEY_ID"] == key
    assert "KmsKeyId" not in render().properties("SigningSecret")


def test_audit_log_is_kept_400_days() -> None:
    """The admin function's log, who was issued what, is kept for 400 days."""
    assert render().properties("AdminLogGroup")["RetentionInDays"] == "400"


@pytest.mark.parametrize("name", ["AuthorizerLogGroup", "ExampleLogGroup"])
def test_other_logs_are_kept_30_days(name: str) -> None:
    """Decisions are kept for 30 days."""
    template = render(ExampleApi="true")
    assert template.properties(name)["RetentionInDays"] == "30"


def test_retention_is_a_parameter() -> None:
    """Both retentions can be chosen."""
    template = render(LogRetentionDays="7", AuditRetentionDays="3653")
    assert template.properties("AuthorizerLogGroup")["RetentionInDays"] == "7"
    assert template.properties("AdminLogGroup")["RetentionInDays"] == "3653"


@pytest.mark.parametrize("name", ["Authorizer", "Admin", "Example"])
def test_each_function_logs_json_to_its_own_group(name: str) -> None:
    """No function falls back on a log group that never expires."""
    config = render(ExampleApi="true").properties(f"{name}Function")["LoggingConfig"]
    assert config["LogFormat"] == "JSON"
    assert config["LogGroup"] == f"{name}LogGroup"


def test_the_log_of_the_authorizer_has_no_platform_records() -> None:
    """Lambda's own two records an invocation are paid for and say nothing new.

    A level above WARN would hide time-outs too; the decision lines are ``INFO``, and an
    ``ApplicationLogLevel`` would filter the runtime's records of them.
    """
    config = render().properties("AuthorizerFunction")["LoggingConfig"]
    assert config["SystemLogLevel"] == "WARN"
    assert "ApplicationLogLevel" not in config
