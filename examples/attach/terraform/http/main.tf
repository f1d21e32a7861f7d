# An HTTP API behind the API key authorizer of another stack (Terraform).
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

variable "authorizer_ttl_seconds" {
  description = "How long API Gateway caches a decision; at most AuthorizerCacheSeconds of that stack"
  type        = number
  default     = 30
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

resource "aws_apigatewayv2_api" "reports" {
  name          = "reports"
  protocol_type = "HTTP"
  # The API answers OPTIONS by itself, without a route and without a key.
  cors_configuration {
    allow_origins = ["https://app.example.com"]
    allow_headers = ["Content-Type", "X-API-Key"]
    allow_methods = ["GET"]
  }
}

resource "aws_apigatewayv2_authorizer" "api_key" {
  name            = "api-key"
  api_id          = aws_apigatewayv2_api.reports.id
  authorizer_type = "REQUEST"
  # This header and no other: API Gateway caches by what is given here.
  identity_sources                  = ["$request.header.X-API-Key"]
  authorizer_payload_format_version = "2.0"
  # The authorizer answers with a policy, which is evaluated for each route.
  enable_simple_responses          = false
  authorizer_result_ttl_in_seconds = var.authorizer_ttl_seconds
  authorizer_uri                   = "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${local.authorizer_arn}/invocations"
  authorizer_credentials_arn       = data.aws_cloudformation_stack.apikeys.outputs["AuthorizerInvokeRoleArn"]
}

resource "aws_apigatewayv2_integration" "back_end" {
  api_id                 = aws_apigatewayv2_api.reports.id
  integration_type       = "AWS_PROXY"
  integration_uri        = data.aws_lambda_function.back_end.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_lambda_permission" "back_end" {
  action        = "lambda:InvokeFunction"
  function_name = var.back_end
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.reports.execution_arn}/*"
}

# Every route has the authorizer, including $default, which takes whatever no other does.
resource "aws_apigatewayv2_route" "each" {
  for_each           = toset(["GET /reports", "$default"])
  api_id             = aws_apigatewayv2_api.reports.id
  route_key          = each.key
  authorization_type = "CUSTOM"
  authorizer_id      = aws_apigatewayv2_authorizer.api_key.id
  target             = "integrations/${aws_apigatewayv2_integration.back_end.id}"
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.reports.id
  name        = "$default"
  auto_deploy = true
}
