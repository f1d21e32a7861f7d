"""What doctor finds, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

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


def test_what_was_found_stands_with_its_remedy(
    browser: Browser, function: InProcess
) -> None:
    """The findings of apikeys doctor, all of them."""
    function.clients["lambda"] = _Lambda()
    page = browser.get("/health", look="")
    text = " ".join(page.text.split())
    assert "ok admin function apikeys-admin answers" in text
    assert "warn" in text
