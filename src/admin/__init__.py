"""The admin Lambda function, which issues and manages keys."""
