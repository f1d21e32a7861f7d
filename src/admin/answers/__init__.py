"""The answers of the admin function, as ``docs/admin.schema.json`` publishes them.

The answer to a successful action is named after its request, plus ``Answer``. No code
uses these models: the tests check every answer against them.
"""
