"""What a first deployment and a later one do: V2, V4, V23, V28, V30, V46."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from verify_aws import deployment
from verify_aws.question import Question, Seen
from verify_aws.run import Run

_ROLES: Final = {"AuthorizerRole": "authorizer", "AdminRole": "admin"}
_APIKEYS: Final = Path(sys.executable).with_name("apikeys")
# What doctor says of a stack that was deployed a minute ago, and has no topic: its
# signing secret has no replica, and its alarms call nobody.
_AS_DEPLOYED: Final = ("its backup", "alarms")
_OF_AN_API: Final = "alarm: "
_PERMITTED_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 2.0
_APIS: Final = (
    ("ExampleApiUrl", "example"),
    ("ExampleTokenApiUrl", "example"),
    ("ExampleHttpApiUrl", "$default"),
    ("ExampleHttpFormat1ApiUrl", "$default"),
    ("ExampleWebSocketUrl", "example"),
)


def _missing_role_map(run: Run) -> Seen:
    since = time.time()
    key, _ = run.issue()
    status = run.call("ExampleApiUrl", "/whoami", key).status
    lines = run.lines(
        run.resource("AuthorizerLogGroup"), since, lambda x: x.get("outcome") == "fault"
    )
    reasons = {f"{line['reason']}: {line['message']}" for line in lines}
    text = f"{status}; {'; '.join(sorted(reasons)) or 'no line'}"
    is_found = all(reason.startswith("misconfigured") for reason in reasons)
    return Seen(text, status == 500 and bool(reasons) and is_found)  # noqa: PLR2004 - HTTP


def _simulated(run: Run) -> Seen:
    iam = run.account.client("iam")
    role = iam.get_role(RoleName=run.resource("AuthorizerRole"))["Role"]["Arn"]
    partition, name = role.split(":")[1], run.names.parameters["RolesSecretName"]
    place = f"arn:{partition}:secretsmanager:{run.account.region}:{run.account.number}"
    found = iam.simulate_principal_policy(
        PolicySourceArn=role,
        ActionNames=["secretsmanager:GetSecretValue"],
        ResourceArns=[f"{place}:secret:{name}"],
    )["EvaluationResults"][0]["EvalDecision"]
    return Seen(found, found == "allowed")


def _ttl_and_source(run: Run) -> Seen:
    found = run.account.client("apigateway").get_authorizers(
        restApiId=run.outputs["ExampleApiId"]
    )["items"][0]
    ttl = found["authorizerResultTtlInSeconds"]
    source = found.get("identitySource")
    expected = (run.gateway_ttl, "method.request.header.X-API-Key")
    return Seen(f"{ttl} {source}", (ttl, source) == expected)


def _signing_secret(run: Run) -> Seen:
    text = run.account.client("secretsmanager").get_secret_value(
        SecretId=run.outputs["SigningSecretName"]
    )["SecretString"]
    run.secrets.add(text)
    found: dict[str, Any] = json.loads(text)
    current = found["current"]
    run.secrets.add(current)
    # The emulator, unlike AWS, ignores the option to leave out punctuation.
    is_plain = run.account.is_emulated or (current.isalnum() and current.isascii())
    shape = f"previous {found['previous']}, current of {len(current)} characters"
    is_whole = found["previous"] == [] and len(current) == 64 and is_plain  # noqa: PLR2004 - as the template asks
    return Seen(shape + ("" if is_plain else ", with punctuation"), is_whole)


def _roles_validated(run: Run) -> Seen:
    iam = run.account.client("iam")
    analyzer = run.account.client("accessanalyzer")
    told = []
    for role, policy in _ROLES.items():
        document = iam.get_role_policy(RoleName=run.resource(role), PolicyName=policy)[
            "PolicyDocument"
        ]
        found = analyzer.validate_policy(
            policyType="IDENTITY_POLICY", policyDocument=json.dumps(document)
        )["findings"]
        told += [
            f"{role}: {finding['issueCode']}"
            for finding in found
            if finding["findingType"] != "SUGGESTION"
        ]
    return Seen("; ".join(told) or "no findings", not told)


def _rules_of_the_template(run: Run) -> Seen:
    """Ask for what the template's own rules forbid, without creating anything."""
    own = run.names.parameters
    forbidden = {
        "equal prefixes": {**own, "LoginNamePrefix": own["SecretNamePrefix"]},
        "two kinds and a TTL": {
            **own,
            "Credentials": "api-key,basic",
            "AuthorizerCacheSeconds": "30",
        },
        "a name like an ARN's end": {**own, "RolesSecretName": "roles-abcdef"},
    }
    template = run.account.client("cloudformation").get_template(
        StackName=run.names.stack, TemplateStage="Original"
    )["TemplateBody"]
    text = template if isinstance(template, str) else json.dumps(template)
    taken = []
    for what, parameters in forbidden.items():
        try:
            deployment.start(
                run.account, run.names.bucket, run.names.stack, text, parameters
            )
        except (ClientError, deployment.StackError):
            continue
        taken.append(what)
        deployment.settled(run.account, run.names.stack)
    return Seen(f"taken: {', '.join(taken) or 'none'}", not taken)


def _doctor(run: Run) -> Seen:
    command = [str(_APIKEYS), "doctor", "--output", "json"]
    command += ["--function", run.outputs["AdminFunctionName"]]
    command += ["--region", run.account.region]
    for output, stage in _APIS:
        api = run.outputs[output].partition("://")[2].partition(".")[0]
        command += ["--api", api, "--stage", stage]
    done = subprocess.run(  # noqa: S603 - this project's own command line
        command, capture_output=True, check=False, stdin=subprocess.DEVNULL, text=True
    )
    findings = json.loads(done.stdout)["findings"]
    unwell = [
        f"{f['level']} {f['subject']}: {f['what']}"
        for f in findings
        if f["level"] != "ok"
        and f["subject"] not in _AS_DEPLOYED
        and not f["what"].startswith(_OF_AN_API)
    ]
    return Seen("; ".join(unwell) or f"{len(findings)} findings, all well", not unwell)


def _alias(run: Run) -> Seen:
    before = run.call("AliasUrl", "/x", "alias").status
    run.account.client("lambda").add_permission(
        FunctionName=run.probe["AliasArn"],
        StatementId="probe",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceAccount=run.account.number,
    )
    deadline = time.monotonic() + _PERMITTED_SECONDS
    while (after := run.call("AliasUrl", "/x", "alias").status) != 200:  # noqa: PLR2004 - HTTP
        if time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    text = f"{before} by the function's permission, {after} by the alias's"
    return Seen(text, (before, after) == (500, 200))


MISSING_ROLE_MAP: Final = Question(
    "V2",
    "Is a missing role map reported as missing?",
    "500, misconfigured: the stored secret is unknown",
    _missing_role_map,
)
SIMULATED: Final = Question(
    "V2",
    "Does IAM allow reading the role map before it exists?",
    "allowed",
    _simulated,
    "it simulates no policy by a secret's bare name",
)
TTL_AND_SOURCE: Final = Question(
    "V4",
    "Does API Gateway take the TTL and the identity source as the template has them?",
    "the TTL, and method.request.header.X-API-Key",
    _ttl_and_source,
)
SIGNING_SECRET: Final = Question(
    "V23",
    "Is the generated signing secret complete?",
    "no previous key, a current one of 64 letters and digits",
    _signing_secret,
)
ROLES_VALIDATED: Final = Question(
    "V28",
    "Does IAM Access Analyzer pass the roles?",
    "no findings",
    _roles_validated,
    "it has no Access Analyzer",
)
RULES: Final = Question(
    "V28",
    "Do the template's rules run?",
    "taken: none",
    _rules_of_the_template,
    "it runs no rules of a template",
)
DOCTOR: Final = Question(
    "V30",
    "Is doctor right about a real stage of each kind of API?",
    "all well, but for the replica of the signing secret and the alarms",
    _doctor,
)
ALIAS: Final = Question(
    "V46",
    "Does an API that names an alias need a permission on the alias?",
    "500 by the function's permission, 200 by the alias's",
    _alias,
    "it asks for no permission",
)
