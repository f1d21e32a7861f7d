"""`make verify-aws`: questions that only an AWS account can answer, put to one."""
