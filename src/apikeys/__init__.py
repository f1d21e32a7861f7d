"""The domain: keys, records, roles and policies. Knows neither events nor AWS."""
