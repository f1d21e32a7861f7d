"""`make verify-aws`: puts questions that only AWS can answer to an AWS account."""
