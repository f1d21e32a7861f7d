"""One run: the stacks that it deployed, and what a question needs."""

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from apikeys.key import Key
from local import websocket
from verify_aws import http_client
from verify_aws.account import Account
from verify_aws.http_client import Response
from verify_aws.names import Names

MANAGEMENT: Final = "ROLE_ONTOPOP_MANAGEMENT_API"
TRIPLESTORE: Final = "ROLE_ONTOPOP_TRIPLESTORE_API"
EVERYTHING: Final = "ADMINISTRATOR"
# Both TTLs of the authorizer, so that nobody waits long for a change.
RECORD_TTL_SECONDS: Final = 2
_LOG_SECONDS: Final = 90.0
_POLL_SECONDS: Final = 1.0
_ID: Final = re.compile("(?<![0-9])[0-9]{12}(?![0-9])")
_KEY: Final = re.compile(r"[a-z][a-z0-9]{1,11}_[0-9A-Za-z]{16}_[0-9A-Za-z]{20,65}")


class AdminError(Exception):
    """The admin function did not do what it was asked."""


@dataclass
class Run:
    """What the questions are put to.

    Attributes:
        account: the account.
        names: of everything that is made.
        outputs: of the stack, as it is deployed now.
        probe: outputs of the probe's.
        gateway_ttl: how long the example APIs now cache an answer, in seconds.
        secrets: what must not be in a report.
    """

    account: Account
    names: Names
    outputs: dict[str, str] = field(default_factory=dict)
    probe: dict[str, str] = field(default_factory=dict)
    gateway_ttl: int = RECORD_TTL_SECONDS
    secrets: set[str] = field(default_factory=set)

    @property
    def settling_seconds(self) -> int:
        """How long a change to a record takes at most."""
        return self.gateway_ttl + RECORD_TTL_SECONDS

    def admin(self, action: str, **fields: object) -> dict[str, Any]:
        """Return the admin function's answer, whatever its status."""
        function = self.outputs["AdminFunctionName"]
        asked = {"action": action, **fields}
        found: dict[str, Any] = self.account.invoke(function, asked)
        if "status" not in found:
            raise AdminError(f"{action}: {found.get('errorType')}")
        return found

    def done(self, action: str, **fields: object) -> dict[str, Any]:
        """Return the admin function's answer to an action that must succeed.

        Raises:
            AdminError: it refused.
        """
        answer = self.admin(action, **fields)
        if answer["status"] >= 400:  # noqa: PLR2004 - HTTP
            raise AdminError(f"{action}: {answer['error']['code']}")
        return answer

    def issue(self, *roles: str, **fields: object) -> tuple[str, str]:
        """Return a new key and its id."""
        given = {"client": "Verification", "roles": list(roles), **fields}
        key: str = self.done("issue", **given)["key"]
        self.secrets.add(key)
        return key, Key.parse(key).key_id

    def call(
        self,
        output: str,
        path: str = "",
        key: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> Response:
        """Send one request to the API whose address is in this output."""
        url = self.account.address({**self.outputs, **self.probe}[output])
        given = [*headers, *([] if key is None else [("X-API-Key", key)])]
        return http_client.send(f"{url}{path}", given)

    def connect(self, key: str | None) -> tuple[int, str]:
        """Open the WebSocket API with a key or without; return status and answer."""
        url = self.account.address(self.outputs["ExampleWebSocketUrl"])
        headers = {} if key is None else {"X-API-Key": key}
        answer = http_client.patiently(lambda: websocket.ask(url, headers))
        return answer.status, answer.body

    def repeats(self, times: int) -> int:
        """Return how often to do something: less often on an emulator."""
        return times // 5 if self.account.is_emulated else times

    def resource(self, logical: str) -> str:
        """Return the physical id of a resource of the stack."""
        found = self.account.client("cloudformation").describe_stack_resource(
            StackName=self.names.stack, LogicalResourceId=logical
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def events(self, group: str, since: float) -> list[dict[str, Any]]:
        """Return the events of a log group since a time."""
        pages = self.account.client("logs").get_paginator("filter_log_events")
        asked = {"logGroupName": group, "startTime": int(since * 1000)}
        return [event for page in pages.paginate(**asked) for event in page["events"]]

    def lines(
        self,
        group: str,
        since: float,
        fits: Callable[[dict[str, Any]], bool],
        at_least: int = 1,
    ) -> list[dict[str, Any]]:
        """Return the matching JSON lines of a log, once there are this many.

        Logs arrive late: it waits for them, and returns fewer if they do not arrive.
        """
        deadline = time.monotonic() + _LOG_SECONDS
        while True:
            found = [
                line
                for event in self.events(group, since)
                for line in [_json(event["message"])]
                if line is not None and fits(line)
            ]
            if len(found) >= at_least or time.monotonic() > deadline:
                return found
            time.sleep(_POLL_SECONDS)

    def decisions(
        self, since: float, reason: str, at_least: int = 1
    ) -> list[dict[str, Any]]:
        """Return the authorizer's lines with this reason since a time."""
        group = self.resource("AuthorizerLogGroup")
        return self.lines(group, since, lambda x: x.get("reason") == reason, at_least)

    def probed(self, since: float, case: str, at_least: int = 1) -> list[str]:
        """Return the method ARNs that the probe's authorizer was asked about."""
        found = self.lines(
            self.probe["LogGroup"], since, lambda x: x.get("probe") == case, at_least
        )
        return [str(line["arn"]) for line in found]

    def scrubbed(self, text: str) -> str:
        """Return a text with secrets and account numbers removed."""
        for secret in self.secrets:
            text = text.replace(secret, "<secret>")
        text = text.replace(self.account.number, "<account>")
        return _ID.sub("<account>", _KEY.sub("<secret>", text))


def _json(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
