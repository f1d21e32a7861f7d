"""What the emulator does otherwise than AWS: each test fails once a gap closes.

Then the workaround that names it may go: in ``local``, in a test or in a document. All
is tried on APIs that a test makes for itself, never on the shared stack's.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
from botocore.exceptions import ClientError

from local.clients import Answer, request
from local.emulator import ACCOUNT, REGION
from local.websocket import OPENED, ask

if TYPE_CHECKING:
    from local.emulator import Emulator

pytestmark = pytest.mark.deployed

# The authorizer tells the back end what it was sent, and answers by the header's value.
# The back end tells the client what the authorizer told.
_CODE = """
import json

PAST = {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}


def authorize(event, _context):
    wanted = {k.lower(): v for k, v in event["headers"].items()}["x-api-key"]
    if wanted == "raise":
        raise Exception("Unauthorized")
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
    if wanted == "past":
        statement["Condition"] = PAST
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    context = {"event": json.dumps(event)}
    return {"principalId": "p", "policyDocument": policy, "context": context}


def serve(event, _context):
    context = event["requestContext"]["authorizer"]
    body = json.dumps({"seen": context.get("lambda", context), "got": event})
    return {"statusCode": 200, "body": body}
"""


class Probe(NamedTuple):
    """Two functions of a few lines, and clients to build APIs with them."""

    emulator: Emulator
    authorizer: str
    back_end: str

    def http_api(self, version: str, *routes: str) -> str:
        """Return the id of an HTTP API with these routes and a stage ``named``."""
        v2 = self.emulator.client("apigatewayv2")
        api = v2.create_api(Name="probe", ProtocolType="HTTP")["ApiId"]
        authorizer = v2.create_authorizer(
            ApiId=api,
            Name="probe",
            AuthorizerType="REQUEST",
            AuthorizerUri=self.authorizer,
            AuthorizerPayloadFormatVersion=version,
            AuthorizerResultTtlInSeconds=0,
            IdentitySource=["$request.header.X-API-Key"],
        )["AuthorizerId"]
        target = v2.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=self.back_end,
            PayloadFormatVersion=version,
        )["IntegrationId"]
        for route in routes:
            v2.create_route(
                ApiId=api,
                RouteKey=route,
                AuthorizationType="CUSTOM",
                AuthorizerId=authorizer,
                Target=f"integrations/{target}",
            )
        v2.create_stage(ApiId=api, StageName="named", AutoDeploy=True)
        return str(api)

    def call(self, api: str, path: str, value: str) -> Answer:
        """Send one request, whose header says how the authorizer is to answer."""
        url = f"{self.emulator.endpoint}/_aws/execute-api/{api}/named{path}"
        return request(url, {"X-API-Key": value})


@pytest.fixture(scope="module")
def probe(emulator: Emulator) -> Probe:
    """Return the probe's two functions."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("index.py", _CODE)
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = emulator.client("iam").create_role(
        RoleName="probe",
        AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [trust]}
        ),
    )["Role"]["Arn"]
    client = emulator.client("lambda")

    def made(name: str, handler: str) -> str:
        arn = client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler=f"index.{handler}",
            Code={"ZipFile": archive.getvalue()},
        )["FunctionArn"]
        path = "apigateway:eu-west-1:lambda:path/2015-03-31/functions"
        return f"arn:aws:{path}/{arn}/invocations"

    return Probe(
        emulator, made("probe-authorizer", "authorize"), made("probe-back-end", "serve")
    )


def _seen(answer: Answer) -> dict[str, Any]:
    """Return the event that the authorizer was sent."""
    assert answer.status == 200
    found: dict[str, Any] = json.loads(json.loads(answer.body)["seen"]["event"])
    return found


def test_events_of_an_http_api(probe: Probe) -> None:
    """Format 1.0 lacks its version; 2.0 has no named stage in its path."""
    first = probe.http_api("1.0", "$default")
    event = _seen(probe.call(first, "/reports", "allow"))
    assert event["type"] == "REQUEST"
    assert "version" not in event
    second = probe.http_api("2.0", "$default")
    event = _seen(probe.call(second, "/reports", "allow"))
    assert event["routeArn"].endswith("/named/GET/reports")
    # AWS: /named/reports.
    assert event["rawPath"] == "/reports"


def test_integrations_of_an_http_api_know_one_format(probe: Probe) -> None:
    """A back end that asked for 1.0 gets 2.0."""
    api = probe.http_api("1.0", "$default")
    answer = probe.call(api, "/reports", "allow")
    assert json.loads(answer.body)["got"]["version"] == "2.0"


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_raised_refusal_of_an_http_api_is_500(probe: Probe, version: str) -> None:
    """What AWS makes of it is not documented."""
    api = probe.http_api(version, "$default")
    assert probe.call(api, "/reports", "raise").status == 500


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_conditions_of_an_http_api_are_not_judged(probe: Probe, version: str) -> None:
    """A policy whose time is over still opens."""
    api = probe.http_api(version, "$default")
    assert probe.call(api, "/reports", "past").status == 200


def test_an_encoded_slash_in_one_segment_is_404(probe: Probe) -> None:
    """AWS: one segment."""
    api = probe.http_api("2.0", "GET /users/{id}")
    assert probe.call(api, "/users/a", "allow").status == 200
    assert probe.call(api, "/users/a%2Fb", "allow").status == 404


def test_a_websocket_api(probe: Probe) -> None:
    """A raised refusal is 500, on AWS 401; a policy whose time is over opens."""
    v2 = probe.emulator.client("apigatewayv2")
    api = v2.create_api(
        Name="probe",
        ProtocolType="WEBSOCKET",
        RouteSelectionExpression="$request.body.action",
    )["ApiId"]
    authorizer = v2.create_authorizer(
        ApiId=api,
        Name="probe",
        AuthorizerType="REQUEST",
        AuthorizerUri=probe.authorizer,
        IdentitySource=["route.request.header.X-API-Key"],
    )["AuthorizerId"]
    target = v2.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=probe.back_end
    )["IntegrationId"]
    named = {"ApiId": api, "Target": f"integrations/{target}"}
    v2.create_route(
        **named,
        RouteKey="$connect",
        AuthorizationType="CUSTOM",
        AuthorizerId=authorizer,
    )
    v2.create_route(**named, RouteKey="$default")
    v2.create_stage(ApiId=api, StageName="named")
    url = f"ws://127.0.0.1:{probe.emulator.port}/_aws/execute-api/{api}/named"
    assert ask(url, {"X-API-Key": "raise"}).status == 500
    opened = ask(url, {"X-API-Key": "past"})
    # There is no route response either, without which AWS hands on no answer.
    assert opened.status == OPENED
    assert "seen" in json.loads(opened.body)


def test_an_omitted_ttl_of_an_http_api_is_five_minutes(probe: Probe) -> None:
    """AWS: nothing is cached. So the templates say it always."""
    v2 = probe.emulator.client("apigatewayv2")
    api = v2.create_api(Name="probe", ProtocolType="HTTP")["ApiId"]
    found = v2.create_authorizer(
        ApiId=api,
        Name="probe",
        AuthorizerType="REQUEST",
        AuthorizerUri=probe.authorizer,
        AuthorizerPayloadFormatVersion="2.0",
        IdentitySource=["$request.header.X-API-Key"],
    )
    assert found["AuthorizerResultTtlInSeconds"] == 300


def test_emptying_a_cache(probe: Probe) -> None:
    """Of an HTTP API it deletes the stage; of a REST API there is nothing to empty."""
    api = probe.http_api("2.0", "$default")
    v2 = probe.emulator.client("apigatewayv2")
    v2.reset_authorizers_cache(ApiId=api, StageName="named")
    assert v2.get_stages(ApiId=api)["Items"] == []
    v1 = probe.emulator.client("apigateway")
    rest = v1.create_rest_api(name="probe")["id"]
    v1.create_deployment(restApiId=rest, stageName="named")
    with pytest.raises(ClientError) as refused:
        v1.flush_stage_authorizers_cache(restApiId=rest, stageName="named")
    assert refused.value.response["Error"]["Code"] == "NotFoundException"


def _deployed(probe: Probe, name: str, resources: dict[str, Any]) -> str:
    """Return what became of a stack."""
    client = probe.emulator.client("cloudformation")
    template = json.dumps({"Resources": resources})
    client.create_stack(StackName=name, TemplateBody=template)
    while True:
        [found] = client.describe_stacks(StackName=name)["Stacks"]
        status = str(found["StackStatus"])
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(0.1)


def test_a_route_response_can_not_be_deployed(probe: Probe) -> None:
    """So the local stack leaves it out of the template."""
    kind = "AWS::ApiGatewayV2::RouteResponse"
    answer = {
        "Type": kind,
        "Properties": {"ApiId": "a", "RouteId": "r", "RouteResponseKey": "$default"},
    }
    with pytest.raises(ClientError) as refused:
        _deployed(probe, "route-response", {"Answer": answer})
    assert f"Unrecognized resource types: [{kind}]" in str(refused.value)


def test_the_document_of_an_http_api_is_not_read(probe: Probe) -> None:
    """So the example's routes are in the template one by one."""
    body = {
        "openapi": "3.0.1",
        "info": {"title": "probe-document", "version": "1"},
        "paths": {"/reports": {"get": {"responses": {}}}},
    }
    api = {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {"Name": "probe-document", "ProtocolType": "HTTP", "Body": body},
    }
    assert _deployed(probe, "document", {"Api": api}) == "CREATE_COMPLETE"
    v2 = probe.emulator.client("apigatewayv2")
    [found] = [a for a in v2.get_apis()["Items"] if a["Name"] == "probe-document"]
    assert v2.get_routes(ApiId=found["ApiId"])["Items"] == []


def test_an_imported_document_of_a_rest_api_is_not_read(probe: Probe) -> None:
    """One in a template is."""
    v1 = probe.emulator.client("apigateway")
    document = {
        "openapi": "3.0.1",
        "info": {"title": "probe", "version": "1"},
        "paths": {"/reports": {"get": {"responses": {}}}},
    }
    api = v1.import_rest_api(body=json.dumps(document).encode())["id"]
    paths = [r["path"] for r in v1.get_resources(restApiId=api)["items"]]
    assert paths == ["/"]


def test_an_http_api_is_not_exported(probe: Probe) -> None:
    """So ``roles check --api`` of one is tried with botocore's answers alone."""
    api = probe.http_api("2.0", "GET /reports")
    v2 = probe.emulator.client("apigatewayv2")
    with pytest.raises(ClientError) as refused:
        v2.export_api(
            ApiId=api, StageName="named", OutputType="JSON", Specification="OAS30"
        )
    assert refused.value.response["Error"]["Code"] == "NotFoundException"


@pytest.mark.parametrize(("ending", "is_allowed"), [(":*", False), ("", True)])
def test_a_log_query_is_judged_only_by_its_group(
    probe: Probe, ending: str, *, is_allowed: bool
) -> None:
    """AWS asks for the ARN that ends in ``:*``; so the template's roles have both.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    name = f"probe-queries{len(ending)}"
    probe.emulator.client("logs").create_log_group(logGroupName=name)
    iam = probe.emulator.client("iam")
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    query = {
        "Effect": "Allow",
        "Action": "logs:StartQuery",
        "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}{ending}",
    }
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [trust]}
        ),
    )["Role"]["Arn"]
    iam.put_role_policy(
        RoleName=name,
        PolicyName="query",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [query]}),
    )
    given = probe.emulator.client("sts").assume_role(
        RoleArn=role, RoleSessionName="probe"
    )["Credentials"]
    logs: Any = boto3.client(
        "logs",
        endpoint_url=probe.emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    asked = {"logGroupName": name, "queryString": "fields @timestamp"}
    if is_allowed:
        assert logs.start_query(**asked, startTime=0, endTime=1)["queryId"]
        return
    with pytest.raises(ClientError) as refused:
        logs.start_query(**asked, startTime=0, endTime=1)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_an_alarm_is_found_by_its_metric_alone(probe: Probe) -> None:
    """AWS: by these dimensions alone. So doctor takes one API's alarm for another's."""
    client = probe.emulator.client("cloudwatch")
    asked = {"Namespace": "AWS/ApiGateway", "MetricName": "Probe"}
    client.put_metric_alarm(
        **asked,
        AlarmName="probe",
        Dimensions=[{"Name": "ApiName", "Value": "probe"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    dimensions = [{"Name": "ApiName", "Value": "another"}]
    found = client.describe_alarms_for_metric(**asked, Dimensions=dimensions)
    assert [alarm["AlarmName"] for alarm in found["MetricAlarms"]] == ["probe"]
