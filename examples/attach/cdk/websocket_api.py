"""A WebSocket API behind the API key authorizer of another stack (AWS CDK).

cdk deploy -a "python3 websocket_api.py" -c authorizerFunctionArn=…
(the output of the API keys stack, in the same account and region)
"""

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

BACK_END = """
def handler(event, _context):
    caller = event["requestContext"].get("authorizer")
    if not caller:
        # A message of a socket that did not pass an authorizer must not be served.
        return {"statusCode": 403, "body": "Forbidden"}
    return {"statusCode": 200, "body": caller["keyId"]}
"""


class FeedStack(cdk.Stack):
    """An API whose messages are all answered by one function."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        authorizer = authorizers.WebSocketLambdaAuthorizer(
            "ApiKeyAuthorizer",
            # Here CDK takes no role. In the same environment it adds the permission to
            # the function, only for this API's authorizer.
            lambda_.Function.from_function_attributes(
                self,
                "AuthorizerFunction",
                function_arn=self.node.get_context("authorizerFunctionArn"),
                same_environment=True,
            ),
            # Only this header, the one that is read.
            identity_source=["route.request.header.X-API-Key"],
        )
        back_end = lambda_.Function(
            self,
            "FeedFunction",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(BACK_END),
        )
        api = apigatewayv2.WebSocketApi(
            self,
            "FeedApi",
            # The only route that can have an authorizer.
            connect_route_options=apigatewayv2.WebSocketRouteOptions(
                integration=integrations.WebSocketLambdaIntegration(
                    "Connect", back_end
                ),
                authorizer=authorizer,
            ),
            default_route_options=apigatewayv2.WebSocketRouteOptions(
                integration=integrations.WebSocketLambdaIntegration("Any", back_end),
                return_response=True,
            ),
        )
        apigatewayv2.WebSocketStage(
            self,
            "Stage",
            web_socket_api=api,
            stage_name="prod",
            auto_deploy=True,
        )


app = cdk.App()
FeedStack(app, "FeedStack")
app.synth()
