# A WebSocket API behind the API key authorizer of another stack (Terraform).
#
# The stack is deployed with AuthorizerInvokeRole=true; its outputs are read here.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "apikeys_stack" {
  description = "Name of the API keys stack"
  type        = string
  default     = "apikeys-prod"
}

variable "back_end" {
  description = "Name of the Lambda function that serves the API"
  type        = string
}

data "aws_cloudformation_stack" "apikeys" {
  name = var.apikeys_stack
}

data "aws_lambda_function" "back_end" {
  function_name = var.back_end
}

locals {
  authorizer_arn = data.aws_cloudformation_stack.apikeys.outputs["AuthorizerFunctionArn"]
  # arn:<partition>:lambda:<region>:…
  partition = split(":", local.authorizer_arn)[1]
  region    = split(":", local.authorizer_arn)[3]
}

resource "aws_apigatewayv2_api" "feed" {
  name                       = "feed"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

# A WebSocket API has neither a TTL nor a payload format.
resource "aws_apigatewayv2_authorizer" "api_key" {
  name            = "api-key"
  api_id          = aws_apigatewayv2_api.feed.id
  authorizer_type = "REQUEST"
  # Only this header, the one that is read.
  identity_sources           = ["route.request.header.X-API-Key"]
  authorizer_uri             = "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${local.authorizer_arn}/invocations"
  authorizer_credentials_arn = data.aws_cloudformation_stack.apikeys.outputs["AuthorizerInvokeRoleArn"]
}

resource "aws_apigatewayv2_integration" "back_end" {
  api_id           = aws_apigatewayv2_api.feed.id
  integration_type = "AWS_PROXY"
  integration_uri  = data.aws_lambda_function.back_end.invoke_arn
}

resource "aws_lambda_permission" "back_end" {
  action        = "lambda:InvokeFunction"
  function_name = var.back_end
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.feed.execution_arn}/*"
}

# The only route that can have an authorizer.
resource "aws_apigatewayv2_route" "connect" {
  api_id             = aws_apigatewayv2_api.feed.id
  route_key          = "$connect"
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.api_key.id
  target             = "integrations/${aws_apigatewayv2_integration.back_end.id}"
}

resource "aws_apigatewayv2_route" "default" {
  api_id                              = aws_apigatewayv2_api.feed.id
  route_key                           = "$default"
  route_response_selection_expression = "$default"
  target                              = "integrations/${aws_apigatewayv2_integration.back_end.id}"
}

# Without it, the function's answer to a message would not reach the client.
resource "aws_apigatewayv2_route_response" "default" {
  api_id             = aws_apigatewayv2_api.feed.id
  route_id           = aws_apigatewayv2_route.default.id
  route_response_key = "$default"
}

resource "aws_apigatewayv2_stage" "prod" {
  api_id      = aws_apigatewayv2_api.feed.id
  name        = "prod"
  auto_deploy = true
  # Data tracing would log the header that holds the key.
  default_route_settings {
    data_trace_enabled = false
  }
}
