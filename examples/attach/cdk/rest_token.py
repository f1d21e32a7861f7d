r"""A REST API with a TOKEN authorizer, that of another stack (AWS CDK).

cdk deploy -a "python3 rest_token.py" \
    -c authorizerFunctionArn=… -c authorizerInvokeRoleArn=…
(the outputs of the API keys stack, deployed with AuthorizerInvokeRole=true)
"""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

# At most AuthorizerCacheSeconds of the API keys stack.
AUTHORIZER_TTL = cdk.Duration.seconds(30)

BACK_END = """
def handler(event, _context):
    caller = event["requestContext"].get("authorizer")
    if not caller:
        # A request that did not pass an authorizer must not be served.
        return {"statusCode": 403, "body": "Forbidden"}
    return {"statusCode": 200, "body": caller["keyId"]}
"""


class ReportsStack(cdk.Stack):
    """An API with one route."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        function_arn = self.node.get_context("authorizerFunctionArn")
        role_arn = self.node.get_context("authorizerInvokeRoleArn")
        authorizer = apigateway.TokenAuthorizer(
            self,
            "ApiKeyAuthorizer",
            handler=lambda_.Function.from_function_arn(
                self, "AuthorizerFunction", function_arn
            ),
            # The role may already invoke the authorizer: CDK must not change it.
            assume_role=iam.Role.from_role_arn(
                self, "AuthorizerInvokeRole", role_arn, mutable=False
            ),
            # The one header that is handed over; CDK's default is Authorization.
            identity_source=apigateway.IdentitySource.header("X-API-Key"),
            # Anything but a key is refused before the authorizer is invoked. Only with
            # Credentials=api-key and LegacyKeys=off; ak is the stack's KeyPrefix.
            validation_regex="^ak_[0-9A-Za-z]{16}_[0-9A-Za-z]{65}$",
            results_cache_ttl=AUTHORIZER_TTL,
        )
        api = apigateway.RestApi(
            self,
            "ReportsApi",
            # The default is EDGE, which China and GovCloud do not offer.
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # For every method of this API, including those added later.
            default_method_options=apigateway.MethodOptions(
                authorization_type=apigateway.AuthorizationType.CUSTOM,
                authorizer=authorizer,
            ),
            # Data tracing would log the header that holds the key.
            deploy_options=apigateway.StageOptions(data_trace_enabled=False),
            # Keep the account's own setting for API Gateway's logs.
            cloud_watch_role=False,
        )
        back_end = lambda_.Function(
            self,
            "ReportsFunction",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(BACK_END),
        )
        reports = api.root.add_resource("reports")
        reports.add_method("GET", apigateway.LambdaIntegration(back_end))


app = cdk.App()
ReportsStack(app, "ReportsStack")
app.synth()
