"""The Lambda authorizer: an event of API Gateway in, an IAM policy out."""
