#!/usr/bin/env bash
# Put the authorizer on every route of an HTTP API that exists.
#
# http.sh API APIKEYS_STACK   e.g. http.sh a1b2c3d4 apikeys-prod
# A stage with automatic deployment serves it at once, any other once it is deployed.
set -euo pipefail
api=$1 stack=$2
output() {
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
function=$(output AuthorizerFunctionArn)
IFS=: read -r _ partition _ region _ <<<"$function"

authorizer=$(aws apigatewayv2 create-authorizer --api-id "$api" --name api-key \
  --authorizer-type REQUEST --identity-source '$request.header.X-API-Key' \
  --authorizer-payload-format-version 2.0 --no-enable-simple-responses \
  --authorizer-result-ttl-in-seconds 30 \
  --authorizer-uri "arn:$partition:apigateway:$region:lambda:path/2015-03-31/functions/$function/invocations" \
  --authorizer-credentials-arn "$(output AuthorizerInvokeRoleArn)" \
  --query AuthorizerId --output text)

# Every route, including $default, except those for OPTIONS, which carries no key.
aws apigatewayv2 get-routes --api-id "$api" --output json \
  --query 'Items[?!starts_with(RouteKey, `OPTIONS `)].RouteId' | jq -r '.[]' |
  while read -r route; do
    aws apigatewayv2 update-route --api-id "$api" --route-id "$route" --output text \
      --authorization-type CUSTOM --authorizer-id "$authorizer" --query RouteKey </dev/null
  done
