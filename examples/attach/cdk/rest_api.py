"""A REST API behind the API key authorizer of another stack (AWS CDK).

cdk deploy -c authorizerFunctionArn=… -c authorizerInvokeRoleArn=…
(the outputs of the API keys stack, deployed with AuthorizerInvokeRole=true)
"""

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

# At most AuthorizerCacheSeconds of the API keys stack.
AUTHORIZER_TTL = cdk.Duration.seconds(30)
ORIGIN = "https://app.example.com"

BACK_END = """
def handler(event, _context):
    caller = event["requestContext"].get("authorizer")
    if not caller:
        # A request that did not pass an authorizer must not be served.
        return {"statusCode": 403, "body": "Forbidden"}
    headers = {"Access-Control-Allow-Origin": "https://app.example.com"}
    return {"statusCode": 200, "headers": headers, "body": caller["keyId"]}
"""


class ReportsStack(cdk.Stack):
    """An API with two routes."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        function_arn = self.node.get_context("authorizerFunctionArn")
        role_arn = self.node.get_context("authorizerInvokeRoleArn")
        authorizer = apigateway.RequestAuthorizer(
            self,
            "ApiKeyAuthorizer",
            handler=lambda_.Function.from_function_arn(
                self, "AuthorizerFunction", function_arn
            ),
            # The role may already invoke the authorizer: CDK must not change it.
            assume_role=iam.Role.from_role_arn(
                self, "AuthorizerInvokeRole", role_arn, mutable=False
            ),
            # This header and no other: API Gateway caches by what is given here.
            identity_sources=[apigateway.IdentitySource.header("X-API-Key")],
            results_cache_ttl=AUTHORIZER_TTL,
        )
        api = apigateway.RestApi(
            self,
            "ReportsApi",
            # The default is EDGE, which China and GovCloud do not offer.
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # For every method of this API, including those added later …
            default_method_options=apigateway.MethodOptions(
                authorization_type=apigateway.AuthorizationType.CUSTOM,
                authorizer=authorizer,
            ),
            # … except OPTIONS, which carries no key: CDK leaves it open.
            default_cors_preflight_options=apigateway.CorsOptions(
                allow_origins=[ORIGIN],
                allow_headers=["Content-Type", "X-API-Key"],
                allow_methods=["GET", "OPTIONS"],
            ),
            # Data tracing would log the header that holds the key.
            deploy_options=apigateway.StageOptions(data_trace_enabled=False),
            # Keep the account's own setting for API Gateway's logs.
            cloud_watch_role=False,
        )
        self._add_gateway_responses(api)
        back_end = apigateway.LambdaIntegration(
            lambda_.Function(
                self,
                "ReportsFunction",
                runtime=lambda_.Runtime.PYTHON_3_13,
                handler="index.handler",
                code=lambda_.Code.from_inline(BACK_END),
            )
        )
        reports = api.root.add_resource("reports")
        reports.add_method("GET", back_end)
        reports.add_resource("{id}").add_method("GET", back_end)

    def _add_gateway_responses(self, api: apigateway.RestApi) -> None:
        cors = {"Access-Control-Allow-Origin": f"'{ORIGIN}'"}
        challenge = {"WWW-Authenticate": "'ApiKey realm=\"reports\"'"}
        api.add_gateway_response(
            "Unauthorized",
            type=apigateway.ResponseType.UNAUTHORIZED,
            status_code="401",
            response_headers=challenge | cors,
        )
        api.add_gateway_response(
            "AccessDenied",
            type=apigateway.ResponseType.ACCESS_DENIED,
            status_code="403",
            response_headers=cors,
        )
        api.add_gateway_response(
            "Default5xx",
            type=apigateway.ResponseType.DEFAULT_5_XX,
            response_headers=cors,
        )


app = cdk.App()
ReportsStack(app, "ReportsStack")
app.synth()
