"""``apikeys doctor``'s checks of a stage in API Gateway, of any kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apikeys_cli.dates import counted
from apikeys_cli.health.findings import Finding, fail, not_checked, ok, some, warn
from apikeys_cli.health.gateway import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apikeys_cli.health.gateway import Authorizer, Stage

# The header that is read for each kind of credential.
_HEADERS = {"api-key": "X-API-Key", "basic": "Authorization"}
# How each kind of API names a header as an identity source.
_SOURCES = {
    Kind.REST: "method.request.header.",
    Kind.HTTP: "$request.header.",
    Kind.WEBSOCKET: "route.request.header.",
}
# The versions of an HTTP API's events that the authorizer reads.
_PAYLOADS = ("1.0", "2.0")
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
        credentials: the kinds that the authorizer reads, None if they are not known.
    """
    if credentials is None:
        return list(_HEADERS.values())
    return [_HEADERS[kind] for kind in credentials.split(",")]


def check_stage(
    stage: Stage, most_seconds: int | None, credentials: str | None
) -> Iterator[Finding]:
    """Check the routes, their authorizers and the stage's logs.

    Args:
        stage: what was read of it.
        most_seconds: ``AuthorizerCacheSeconds``, None if it is not known.
        credentials: the kinds that the authorizer reads, None if they are not known.
    """
    yield from _check_routes(stage)
    for authorizer in stage.used.values():
        yield _check_identity_source(stage, authorizer, credentials)
        if stage.kind is not Kind.WEBSOCKET:
            yield _check_ttl(stage.name, authorizer, most_seconds)
        if stage.kind is Kind.HTTP:
            yield _check_payload(stage.name, authorizer)
    if stage.kind is not Kind.HTTP:
        yield _check_trace(stage)
    yield _check_access_log(stage)


def _check_routes(stage: Stage) -> Iterator[Finding]:
    unguarded = sorted(r for r, found in stage.routes.items() if found.guard == "NONE")
    other = sorted(
        route
        for route, found in stage.routes.items()
        if route not in unguarded and found.authorizer not in stage.authorizers
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
        yield fail(stage.name, what, "deploy the canary again, or delete it")
    if other:
        what = f"guarded by something other than an authorizer: {some(other)}"
        yield warn(stage.name, what, "API keys and roles do not count there")
    functions = stage.functions
    if len(functions) > 1:
        guards = "; ".join(f"{n}: {some(sorted(r))}" for n, r in functions.items())
        what = f"guarded by {len(functions)} functions: {guards}"
        advice = "API keys and roles count only at the routes of the authorizer's"
        yield warn(stage.name, what, advice)
    if not stage.is_current:
        what = "it is not deployed automatically: it may serve older routes than these"
        advice = "deploy it after each change of a route, or set AutoDeploy"
        yield not_checked(stage.name, what, advice)
    if not (unguarded or stale or in_canary or other or len(functions) > 1):
        routes = counted(len(stage.routes), "route")
        where = "$connect" if stage.kind is Kind.WEBSOCKET else f"each of {routes}"
        yield ok(stage.name, f"{stage.kind} API: an authorizer on {where}")


def _open_besides(served: Mapping[str, str], known: list[str]) -> list[str]:
    """Return the routes that a deployment serves to everybody, except known ones."""
    return sorted(r for r, kind in served.items() if kind == "NONE" and r not in known)


def _check_identity_source(
    stage: Stage, authorizer: Authorizer, credentials: str | None
) -> Finding:
    source, ttl, name = authorizer.source, authorizer.ttl, authorizer.name
    if authorizer.takes_token:
        # An answer is cached under the one value that is read.
        return ok(stage.name, f"{name}: it is handed {source}")
    if source == "none" and ttl == 0:
        what = f"{name}: it asks for no header and caches nothing"
        return ok(stage.name, what)
    if credentials is not None and "," in credentials:
        what = f"{name}: its identity source is {source}, its TTL {ttl} s"
        advice = "set no source and a TTL of 0: a request has one of the two kinds"
        return fail(stage.name, what, advice)
    expected = [f"{_SOURCES[stage.kind]}{h}" for h in headers_of(credentials)]
    if source.lower() in map(str.lower, expected):
        return ok(stage.name, f"{name}: its identity source is {source}")
    what = f"{name}: its identity source is {source}, not {' or '.join(expected)}"
    if ttl == 0:
        advice = (
            "set it, or none: at TTL 0 API Gateway may still refuse calls without it"
        )
    else:
        advice = "set it: an answer cached for one credential could serve another"
    return fail(stage.name, what, advice)


def _check_ttl(
    subject: str, authorizer: Authorizer, most_seconds: int | None
) -> Finding:
    caches = f"{authorizer.name}: it caches for {authorizer.ttl} s"
    if most_seconds is None:
        what = f"{caches}; AuthorizerCacheSeconds is not known"
        return not_checked(subject, what, "see configuration")
    if authorizer.ttl > most_seconds:
        what = f"{caches}, AuthorizerCacheSeconds is {most_seconds}"
        advice = f"set its TTL to {most_seconds}, or raise AuthorizerCacheSeconds"
        return fail(
            subject, what, f"{advice}: a revoked key works longer than promised"
        )
    return ok(subject, f"{caches}, of {most_seconds} s at most")


def _check_payload(subject: str, authorizer: Authorizer) -> Finding:
    """Check what an HTTP API sends, and which answer it expects."""
    name, payload = authorizer.name, authorizer.payload or "not set"
    if authorizer.answers_simply:
        what = f"{name}: EnableSimpleResponses is on, and the answer is a policy"
        return fail(subject, what, "turn it off: every call is answered 500")
    if payload not in _PAYLOADS:
        what = f"{name}: its payload format version is {payload}"
        return fail(subject, what, "set AuthorizerPayloadFormatVersion to 2.0")
    what = f"{name}: its payload format version is {payload}, with a policy for answer"
    return ok(subject, what)


def _check_trace(stage: Stage) -> Finding:
    if stage.traced:
        routes = some(sorted(stage.traced))
        what = f"execution log: data trace is on and logs the keys: {routes}"
        return fail(stage.name, what, "turn it off; rotate the keys that were logged")
    return ok(stage.name, "execution log: data trace is off")


def _check_access_log(stage: Stage) -> Finding:
    if not stage.log_format:
        return ok(stage.name, "access log: none is written")
    leaks = sorted(set(_LEAKS.findall(stage.log_format)))
    if leaks:
        advice = "take it out; $context.authorizer.principalId names the key"
        return fail(stage.name, f"access log: it has {', '.join(leaks)}", advice)
    return ok(stage.name, "access log: no credential in its format")
