"""What doctor finds, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from apikeys_cli.admin_function import AdminFunction

if TYPE_CHECKING:
    from tests.in_process import InProcess
    from tests.unit.apikeys_cli.console.browser import Browser


class _Lambda:
    """A Lambda that shows this identity nothing."""

    def get_function_configuration(self, **_: object) -> None:
        """Answer as boto3's client does."""
        denied = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        raise ClientError(denied, "GetFunctionConfiguration")


def test_nothing_is_read_before_it_is_asked_for(
    browser: Browser, function: InProcess
) -> None:
    """Each record is a read that is paid for."""
    page = browser.get("/health")
    assert "reads each record once" in page.text
    assert function.requests == []


def test_findings_are_shown_with_their_remedies(
    browser: Browser, function: InProcess
) -> None:
    """The findings of apikeys doctor, all of them."""
    function.clients["lambda"] = _Lambda()
    page = browser.get("/health", look="")
    text = " ".join(page.text.split())
    assert "ok admin function apikeys-admin answers" in text
    assert "warn its backup" in text or "not checked its backup" in text


def _answering(browser: Browser, *answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Let the function give these answers; return what it is asked."""
    asked: list[dict[str, Any]] = []
    given = iter(answers)

    def transport(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        return {"status": 200, **next(given)}

    browser.console.function = AdminFunction(transport)
    return asked


def test_usage_is_queried_only_on_a_click(browser: Browser) -> None:
    """The query is paid for; it is started once, and waited for by looking again."""
    page = browser.get("/health")
    row = {"keyId": "A" * 16, "outcome": "allow", "reason": "granted"}
    times = {"first": "2026-11-01T06:00:12Z", "last": "2026-11-23T09:58:40Z"}
    usage = [
        {**row, "decisions": 4211, **times},
        {**row, "outcome": "refuse", "reason": "disabled", "decisions": 9, **times},
        {"outcome": "refuse", "reason": "forged", "decisions": 77, **times},
    ]
    for login in ("A" * 16, "unknown"):
        like = {"login": login, "outcome": "allow", "reason": "granted"}
        usage.append({**like, "decisions": 5, **times})
    running = {"queryId": "q-1"}
    asked = _answering(
        browser, running, running, running, {"usage": usage, "bytesRead": 1204}
    )
    waiting = browser.submit(page, "/health/usage")
    assert "data-running" in waiting.html
    assert '<a href="">Look again</a>' in waiting.html
    again = browser.submit(page, "/health/usage")
    assert "is being read" in again.text
    path = again.path.removeprefix(browser.base)
    shown = " ".join(browser.get(path).text.split())
    assert asked[0] == {"action": "usage", "days": 30}
    assert all(
        request == {"action": "usage", "queryId": "q-1"} for request in asked[1:]
    )
    assert f"{'A' * 16} 4,211 9 2026-11-23 09:58 UTC" in shown
    assert "unknown 0 77" in shown
    assert f"{'A' * 16} 5 0" in shown
    assert "unknown 5 0" in shown
    assert "1,204 bytes" in shown


def test_no_usage_is_said(browser: Browser) -> None:
    """In words."""
    _answering(browser, {"usage": [], "bytesRead": 0})
    assert "No decision in 30 days" in browser.get("/health/usage/q-1").text
