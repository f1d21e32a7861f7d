"""What holds where a deployment says nothing else, and what several parts count by."""

RECORD_PREFIX = "APIKEY_"
ACCOUNT_PREFIX = "APIUSER_"
ROLE_MAP_NAME = "APIROLES"

DAY = 86_400
AUTHORIZER_CACHE_SECONDS = 30
OVERLAP_SECONDS = DAY
# Within these a repeat under the same request token is the same request.
REPEAT_SECONDS = 900
# AWS takes from 7 to 30.
LEAST_RECOVERY_DAYS, RECOVERY_DAYS = 7, 30
