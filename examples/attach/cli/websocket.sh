#!/usr/bin/env bash
# Put the authorizer on a WebSocket API that exists.
#
# websocket.sh API STAGE APIKEYS_STACK   e.g. websocket.sh a1b2c3d4 next apikeys-prod
set -euo pipefail
api=$1 stage=$2 stack=$3
output() {
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
function=$(output AuthorizerFunctionArn)
IFS=: read -r _ partition _ region _ <<<"$function"

authorizer=$(aws apigatewayv2 create-authorizer --api-id "$api" --name api-key \
  --authorizer-type REQUEST --identity-source route.request.header.X-API-Key \
  --authorizer-uri "arn:$partition:apigateway:$region:lambda:path/2015-03-31/functions/$function/invocations" \
  --authorizer-credentials-arn "$(output AuthorizerInvokeRoleArn)" \
  --query AuthorizerId --output text)

# $connect is the only route that can have an authorizer.
route=$(aws apigatewayv2 get-routes --api-id "$api" --output text \
  --query 'Items[?RouteKey==`$connect`].RouteId')
aws apigatewayv2 update-route --api-id "$api" --route-id "$route" --output text \
  --authorization-type CUSTOM --authorizer-id "$authorizer" --query RouteKey

aws apigatewayv2 create-deployment --api-id "$api" --stage-name "$stage" \
  --description "API key authorizer $authorizer" --query DeploymentId --output text
