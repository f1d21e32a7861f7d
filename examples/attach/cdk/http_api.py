r"""An HTTP API behind the API key authorizer of another stack (AWS CDK).

cdk deploy -a "python3 http_api.py" \
    -c authorizerFunctionArn=… -c authorizerInvokeRoleArn=…
(the outputs of the API keys stack, deployed with AuthorizerInvokeRole=true)
"""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

# At most AuthorizerCacheSeconds of the API keys stack.
AUTHORIZER_TTL = cdk.Duration.seconds(30)

BACK_END = """
def handler(event, _context):
    caller = (event["requestContext"].get("authorizer") or {}).get("lambda")
    if not caller:
        # A request that did not pass an authorizer must not be served.
        return {"statusCode": 403, "body": "Forbidden"}
    return {"statusCode": 200, "body": caller["keyId"]}
"""


class ReportsStack(cdk.Stack):
    """An API with one route, and the route that takes everything else."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        function = lambda_.Function.from_function_arn(
            self,
            "AuthorizerFunction",
            self.node.get_context("authorizerFunctionArn"),
        )
        # The role may already invoke the authorizer: CDK must not change it.
        role = iam.Role.from_role_arn(
            self,
            "AuthorizerInvokeRole",
            self.node.get_context("authorizerInvokeRoleArn"),
            mutable=False,
        )
        authorizer = authorizers.HttpLambdaAuthorizer(
            "ApiKeyAuthorizer",
            function,
            role=role,
            # The authorizer answers with a policy, which is evaluated for each route.
            response_types=[authorizers.HttpLambdaResponseType.IAM],
            # This header and no other: API Gateway caches by what is given here.
            identity_source=["$request.header.X-API-Key"],
            results_cache_ttl=AUTHORIZER_TTL,
        )
        api = apigatewayv2.HttpApi(
            self,
            "ReportsApi",
            # For every route of this API, including those added later.
            default_authorizer=authorizer,
            # The API answers OPTIONS by itself, without a route and without a key.
            cors_preflight=apigatewayv2.CorsPreflightOptions(
                allow_origins=["https://app.example.com"],
                allow_headers=["Content-Type", "X-API-Key"],
                allow_methods=[apigatewayv2.CorsHttpMethod.GET],
            ),
        )
        back_end = integrations.HttpLambdaIntegration(
            "BackEnd",
            lambda_.Function(
                self,
                "ReportsFunction",
                runtime=lambda_.Runtime.PYTHON_3_13,
                handler="index.handler",
                code=lambda_.Code.from_inline(BACK_END),
            ),
        )
        api.add_routes(
            path="/reports",
            methods=[apigatewayv2.HttpMethod.GET],
            integration=back_end,
        )
        api.add_routes(path="/{proxy+}", integration=back_end)


app = cdk.App()
ReportsStack(app, "ReportsStack")
app.synth()
