#!/usr/bin/env bash
# Put the authorizer on every method of a REST API that exists, and deploy one stage of it.
#
# rest.sh API STAGE APIKEYS_STACK   e.g. rest.sh a1b2c3d4e5 next apikeys-prod
set -euo pipefail
api=$1 stage=$2 stack=$3
output() {
  aws cloudformation describe-stacks --stack-name "$stack" --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
function=$(output AuthorizerFunctionArn)
IFS=: read -r _ partition _ region _ <<<"$function"

authorizer=$(aws apigateway create-authorizer --rest-api-id "$api" --name api-key \
  --type REQUEST --identity-source method.request.header.X-API-Key \
  --authorizer-result-ttl-in-seconds 30 \
  --authorizer-uri "arn:$partition:apigateway:$region:lambda:path/2015-03-31/functions/$function/invocations" \
  --authorizer-credentials "$(output AuthorizerInvokeRoleArn)" --query id --output text)

# Every method except OPTIONS, which carries no key.
aws apigateway get-resources --rest-api-id "$api" --output json \
  --query 'items[].[id, keys(resourceMethods || `{}`)]' |
  jq -r '.[] | .[0] as $id | .[1][] | select(. != "OPTIONS") | "\($id) \(.)"' |
  while read -r resource method; do
    aws apigateway update-method --rest-api-id "$api" --resource-id "$resource" \
      --http-method "$method" --output text --query httpMethod --patch-operations \
      op=replace,path=/authorizationType,value=CUSTOM \
      "op=replace,path=/authorizerId,value=$authorizer" </dev/null
  done

# A stage serves its last deployment: the others don't change until they are deployed.
aws apigateway create-deployment --rest-api-id "$api" --stage-name "$stage" \
  --description "API key authorizer $authorizer" --query id --output text
