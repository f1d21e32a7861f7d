"""What API Gateway asks, and the headers of a request."""
