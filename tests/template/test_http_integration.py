"""The example of an HTTP integration: what docs/backends.md says of mapped headers."""

from __future__ import annotations

import re
from typing import Any

from apikeys import policy, session
from apikeys.record import Record
from local.checkout import ROOT
from tests import templates
from tests.builders import a_key, login_text, record_text
from tests.template.rendering import parameters

TEMPLATE = ROOT / "examples" / "backends" / "http-integration.yaml"
PAGE = (ROOT / "docs" / "backends.md").read_text()
# The principal is the one or the other; the rest is for people, and may not be ASCII.
NOT_MAPPED = {"keyId", "login", "client", "issuer", "name", "expirationDate"}
HEADER = "integration.request.header."
FIELD = "context.authorizer."


def body() -> dict[str, Any]:
    """Return the OpenAPI document of the example's API."""
    found: dict[str, Any] = templates.expanded(TEMPLATE)["Resources"]["HopexApi"][
        "Properties"
    ]["Body"]
    return found


def operations() -> list[dict[str, Any]]:
    """Return every method of every path."""
    return [o for methods in body()["paths"].values() for o in methods.values()]


def integration() -> dict[str, Any]:
    """Return the integration of the one route."""
    [operation] = operations()
    found: dict[str, Any] = operation["x-amazon-apigateway-integration"]
    return found


def test_the_api_is_regional() -> None:
    """The default, EDGE, is refused in China and in GovCloud."""
    api = templates.expanded(TEMPLATE)["Resources"]["HopexApi"]["Properties"]
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def mapped() -> dict[str, str]:
    """Return the headers that the back end gets, and the context's field in each."""
    return {
        header.removeprefix(HEADER): field.removeprefix(FIELD)
        for header, field in integration()["requestParameters"].items()
    }


def every_field() -> set[str]:
    """Return all that the authorizer's context can hold, of a key and of a login."""
    settings = dict.fromkeys(session.SETTINGS, "x")
    settings |= {"sessionMode": "MULTI", "connectionMode": "READ_ONLY"}
    key = a_key()
    records = (
        Record.parse(record_text(key, name="x", session=settings), key_id=key.key_id),
        Record.parse(login_text("jo", "x", session=settings), login="jo"),
    )
    return {field for record in records for field in policy.context(record)}


def test_template_is_valid() -> None:
    """The SAM CLI and its linter find nothing wrong with it."""
    assert templates.faults(TEMPLATE) == ""


def test_every_route_has_the_authorizer() -> None:
    """REQUEST, the one header, the role, and no method without it."""
    assert [o["security"] for o in operations()] == [[{"ApiKeyAuthorizer": []}]]
    [scheme] = body()["components"]["securitySchemes"].values()
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "request"
    assert authorizer["identitySource"] == "method.request.header.X-API-Key"
    assert authorizer["authorizerCredentials"] == {"Ref": "AuthorizerInvokeRoleArn"}
    assert authorizer["authorizerResultTtlInSeconds"] == {"Ref": "AuthorizerTtlSeconds"}
    ttl = templates.expanded(TEMPLATE)["Parameters"]["AuthorizerTtlSeconds"]
    longest = parameters()["AuthorizerCacheSeconds"]["Default"]
    assert int(ttl["Default"]) <= int(longest)


def test_every_field_that_a_back_end_needs_is_mapped() -> None:
    """Each field of the context goes into one header, or is left out on purpose."""
    fields = list(mapped().values())
    assert len(fields) == len(set(fields))
    assert set(fields) == every_field() - NOT_MAPPED | {"principalId"}
    assert every_field() >= NOT_MAPPED


def test_hopexs_settings_are_under_hopexs_names() -> None:
    """Environment, repository, profile and the languages; no other name is HOPEX's."""
    hopexs = {h: f for h, f in mapped().items() if h.startswith("x-hopex-")}
    assert hopexs == {
        "x-hopex-environment-id": "environment",
        "x-hopex-repository-id": "repository",
        "x-hopex-profile-id": "profile",
        "x-hopex-language-data-id": "dataLanguage",
        "x-hopex-language-gui-id": "guiLanguage",
    }
    others = mapped().keys() - hopexs.keys()
    assert all(header.startswith("x-caller-") for header in others)


def test_no_header_of_the_client_reaches_the_back_end() -> None:
    """The integration passes on only what is mapped, and nothing of the request is."""
    assert integration()["type"] == "http"
    for source in integration()["requestParameters"].values():
        assert source.startswith(FIELD)


def test_the_back_end_is_reached_through_the_vpc_link() -> None:
    """It is called over TLS on a private way."""
    assert integration()["connectionType"] == "VPC_LINK"
    assert integration()["connectionId"] == {"Ref": "VpcLinkId"}
    assert integration()["uri"]["Fn::Sub"].startswith("https://")


def test_a_401_of_the_back_end_is_not_the_clients() -> None:
    """No answer of the back end becomes a 401, and each has a declared status."""
    answers = integration()["responses"]
    statuses = {answer["statusCode"] for answer in answers.values()}
    assert answers["default"] == {"statusCode": "502"}
    assert "401" not in statuses
    [operation] = operations()
    assert operation["responses"].keys() == statuses


def test_data_is_not_traced() -> None:
    """Data tracing, which would log the key, is off."""
    [stage] = [
        resource["Properties"]
        for resource in templates.expanded(TEMPLATE)["Resources"].values()
        if resource["Type"] == "AWS::ApiGateway::Stage"
    ]
    assert stage["MethodSettings"][0]["DataTraceEnabled"] is False


def test_the_page_has_every_header() -> None:
    """The page's table is the template's mapping, and its excerpt is in it."""
    rows = re.findall(r"^\| `(x-[a-z-]+)` \| `(\w+)` \|", PAGE, re.MULTILINE)
    assert dict(rows) == mapped()
    assert len(rows) == len(mapped())
    [quoted] = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    written = TEMPLATE.read_text().splitlines()
    assert not [line for line in quoted.splitlines() if line not in written]
