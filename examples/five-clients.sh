#!/usr/bin/env bash
# Issues keys for five clients, lists them, rotates one and revokes all. Needs jq, the admin
# function in APIKEYS_FUNCTION and the role ADMINISTRATOR. No key is ever printed.
set -euo pipefail
umask 077
keys=$(mktemp)
trap 'rm -f "$keys"' EXIT
issuer="five-clients-$$"

list() { apikeys list --issuer "$issuer" --output json | jq -r "$1"; }

for client in alpha beta gamma delta epsilon; do
  apikeys issue --client "$client" --issuer "$issuer" --role ADMINISTRATOR \
    --expires 30d --output json >>"$keys"
done
echo "issued:  $(list '[.records[].client] | sort | join(" ")')"

old=$(jq -r '.record | select(.client == "beta").keyId' "$keys")
new=$(apikeys rotate "$old" --overlap 24h --output json 2>/dev/null)
echo "rotated: beta, $(jq -r '.previous | .state + " until " + .expirationDate' <<<"$new")"
echo "the new key: $(jq -r .key <<<"$new" | apikeys verify - --output json | jq -r .reason)"

for id in $(list '.records[].keyId'); do
  apikeys revoke "$id" --yes --output json 2>/dev/null | jq -r '.record | "\(.state): \(.keyId)"'
done
echo "left:    $(list '.records | length')"
