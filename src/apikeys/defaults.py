"""Defaults of a deployment, and constants that several parts share."""

RECORD_PREFIX = "APIKEY_"
ACCOUNT_PREFIX = "APIUSER_"
ROLE_MAP_NAME = "APIROLES"

DAY = 86_400
AUTHORIZER_CACHE_SECONDS = 30
OVERLAP_SECONDS = DAY
# Within this time a repeat under the same request token is the same request.
REPEAT_SECONDS = 900
# AWS accepts 7 to 30.
LEAST_RECOVERY_DAYS, RECOVERY_DAYS = 7, 30

# The description of a stored secret with a record, by the field that names it.
RECORD_DESCRIPTIONS = {"keyId": "API key record", "login": "Basic account record"}
# The indexes of a table of records.
BY_CLIENT, BY_EXPIRY = "byClient", "byExpiry"
