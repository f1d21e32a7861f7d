"""What ``apikeys doctor`` says of a stage in API Gateway."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from apikeys_cli.dates import counted
from apikeys_cli.health.findings import Finding, fail, not_checked, ok, some, warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apikeys_cli.health.gateway import RestStage

# The one header that is read of each kind of credential.
_HEADERS = {"api-key": "X-API-Key", "basic": "Authorization"}
# API Gateway's, where an authorizer says nothing.
_DEFAULT_TTL_SECONDS = 300
# Variables of an access log that may hold a credential.
_LEAKS = re.compile(
    r"\$context\.(?:identity\.apiKey(?![A-Za-z])"
    r"|[A-Za-z.]*header[A-Za-z0-9.-]*"
    r"|authorizer\.usageIdentifierKey)",
    re.IGNORECASE,
)


def headers_of(credentials: str | None) -> list[str]:
    """Return the headers that may hold a credential.

    Args:
        credentials: the kinds that the authorizer reads, None where they are not known.
    """
    if credentials is None:
        return list(_HEADERS.values())
    return [_HEADERS[kind] for kind in credentials.split(",")]


def check_stage(
    stage: RestStage, most_seconds: int | None, credentials: str | None
) -> Iterator[Finding]:
    """Look at the routes, their authorizers and the stage's logs.

    Args:
        stage: what was read of it.
        most_seconds: ``AuthorizerCacheSeconds``, None where it is not known.
        credentials: the kinds that the authorizer reads, None where they are not known.
    """
    yield from _check_routes(stage)
    used = {method.get("authorizerId") for method in stage.methods.values()}
    for key, authorizer in stage.authorizers.items():
        if key in used:
            yield _check_identity_source(stage.name, authorizer, credentials)
            yield _check_ttl(stage.name, authorizer, most_seconds)
    yield _check_trace(stage)
    yield _check_access_log(stage)


def _check_routes(stage: RestStage) -> Iterator[Finding]:
    kinds = {r: m.get("authorizationType", "NONE") for r, m in stage.methods.items()}
    unguarded = sorted(route for route, kind in kinds.items() if kind == "NONE")
    other = sorted(
        route
        for route, method in stage.methods.items()
        if route not in unguarded
        and method.get("authorizerId") not in stage.authorizers
    )
    stale = _open_besides(stage.deployed, unguarded)
    in_canary = _open_besides(stage.canary, unguarded)
    if unguarded:
        advice = "set the authorizer on them and deploy the stage"
        yield fail(stage.name, f"open to everybody: {some(unguarded)}", advice)
    if stale:
        what = f"open to everybody in what the stage serves: {some(stale)}"
        yield fail(stage.name, what, "deploy the stage")
    if in_canary:
        what = f"open to everybody in what its canary serves: {some(in_canary)}"
        yield fail(stage.name, what, "deploy the canary anew, or delete it")
    if other:
        what = f"guarded by something else than an authorizer: {some(other)}"
        yield warn(stage.name, what, "API keys and roles do not count there")
    if not (unguarded or stale or in_canary or other):
        yield ok(
            stage.name,
            f"an authorizer on each of {counted(len(stage.methods), 'route')}",
        )


def _open_besides(served: Mapping[str, str], known: list[str]) -> list[str]:
    """Return the routes that a deployment serves to everybody, but for those known."""
    return sorted(r for r, kind in served.items() if kind == "NONE" and r not in known)


def _check_identity_source(
    subject: str, authorizer: Mapping[str, Any], credentials: str | None
) -> Finding:
    source, ttl = authorizer.get("identitySource") or "none", _ttl(authorizer)
    name = authorizer.get("name", "authorizer")
    if source == "none" and ttl == 0:
        return ok(subject, f"{name}: it asks for no header and caches nothing")
    if credentials is not None and "," in credentials:
        what = f"{name}: its identity source is {source}, its TTL {ttl} s"
        advice = "set none and 0: of two kinds a request has only one"
        return fail(subject, what, advice)
    expected = [f"method.request.header.{h}" for h in headers_of(credentials)]
    if source.lower() in map(str.lower, expected):
        return ok(subject, f"{name}: its identity source is {source}")
    what = f"{name}: its identity source is {source}, not {' or '.join(expected)}"
    if ttl == 0:
        advice = "set it, or none: API Gateway may refuse calls without it uncached too"
    else:
        advice = "set it: an answer cached for one credential could serve another"
    return fail(subject, what, advice)


def _ttl(authorizer: Mapping[str, Any]) -> int:
    return int(authorizer.get("authorizerResultTtlInSeconds", _DEFAULT_TTL_SECONDS))


def _check_ttl(
    subject: str, authorizer: Mapping[str, Any], most_seconds: int | None
) -> Finding:
    ttl = _ttl(authorizer)
    caches = f"{authorizer.get('name', 'authorizer')}: it caches for {ttl} s"
    if most_seconds is None:
        what = f"{caches}; AuthorizerCacheSeconds is not known"
        return not_checked(subject, what, "see configuration")
    if ttl > most_seconds:
        what = f"{caches}, AuthorizerCacheSeconds is {most_seconds}"
        advice = f"set its TTL to {most_seconds}, or raise AuthorizerCacheSeconds"
        return fail(subject, what, f"{advice}: a revoked key works longer than said")
    return ok(subject, f"{caches}, of {most_seconds} s at most")


def _check_trace(stage: RestStage) -> Finding:
    settings = stage.settings.get("methodSettings", {})
    traced = sorted(r for r, s in settings.items() if s.get("dataTraceEnabled"))
    if traced:
        what = f"execution log: data trace is on and logs the keys: {some(traced)}"
        return fail(stage.name, what, "turn it off; rotate the keys that were logged")
    return ok(stage.name, "execution log: data trace is off")


def _check_access_log(stage: RestStage) -> Finding:
    form = stage.settings.get("accessLogSettings", {}).get("format")
    if not form:
        return ok(stage.name, "access log: none is written")
    leaks = sorted(set(_LEAKS.findall(form)))
    if leaks:
        advice = "take it out; $context.authorizer.principalId names the key"
        return fail(stage.name, f"access log: it has {', '.join(leaks)}", advice)
    return ok(stage.name, "access log: no credential in its format")
