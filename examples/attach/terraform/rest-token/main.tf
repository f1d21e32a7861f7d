# A REST API with a TOKEN authorizer, the API key authorizer of another stack (Terraform).
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

resource "aws_api_gateway_rest_api" "reports" {
  name = "reports"
  # The default is EDGE, which China and GovCloud do not offer.
  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_authorizer" "api_key" {
  name        = "api-key"
  rest_api_id = aws_api_gateway_rest_api.reports.id
  type        = "TOKEN"
  # The one header that is handed over; Terraform's default is Authorization.
  identity_source = "method.request.header.X-API-Key"
  # Anything but a key is refused before the authorizer is invoked. Only with
  # Credentials=api-key and LegacyKeys=off; ak is the stack's KeyPrefix.
  identity_validation_expression   = "^ak_[0-9A-Za-z]{16}_[0-9A-Za-z]{65}$"
  authorizer_result_ttl_in_seconds = var.authorizer_ttl_seconds
  authorizer_uri                   = "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/${local.authorizer_arn}/invocations"
  authorizer_credentials           = data.aws_cloudformation_stack.apikeys.outputs["AuthorizerInvokeRoleArn"]
}

resource "aws_api_gateway_resource" "reports" {
  rest_api_id = aws_api_gateway_rest_api.reports.id
  parent_id   = aws_api_gateway_rest_api.reports.root_resource_id
  path_part   = "reports"
}

# Terraform has no default authorizer: every method but OPTIONS needs these two lines.
resource "aws_api_gateway_method" "get" {
  rest_api_id   = aws_api_gateway_rest_api.reports.id
  resource_id   = aws_api_gateway_resource.reports.id
  http_method   = "GET"
  authorization = "CUSTOM"
  authorizer_id = aws_api_gateway_authorizer.api_key.id
}

resource "aws_api_gateway_integration" "get" {
  rest_api_id             = aws_api_gateway_rest_api.reports.id
  resource_id             = aws_api_gateway_resource.reports.id
  http_method             = aws_api_gateway_method.get.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = data.aws_lambda_function.back_end.invoke_arn
}

resource "aws_lambda_permission" "back_end" {
  action        = "lambda:InvokeFunction"
  function_name = var.back_end
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.reports.execution_arn}/*/GET/reports"
}

# A stage serves the last deployment: a change that no trigger names has no effect.
resource "aws_api_gateway_deployment" "reports" {
  rest_api_id = aws_api_gateway_rest_api.reports.id
  triggers = {
    api = sha1(jsonencode([
      aws_api_gateway_authorizer.api_key,
      aws_api_gateway_integration.get,
      aws_api_gateway_method.get,
      aws_api_gateway_resource.reports,
    ]))
  }
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id   = aws_api_gateway_rest_api.reports.id
  deployment_id = aws_api_gateway_deployment.reports.id
  stage_name    = "prod"
}

# Data tracing would log the header that holds the key.
resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.reports.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  method_path = "*/*"
  settings {
    data_trace_enabled = false
  }
}
