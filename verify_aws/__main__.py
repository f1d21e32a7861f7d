"""`make verify-aws`: deploy, ask, report, remove; with CLEAN=suffix, remove alone.

Exits with 0 where every answer is the expected one and nothing is left, with 1
otherwise, and with 2 where nothing was begun.
"""

import argparse
import signal
import sys
import time
from types import FrameType
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from local import checkout
from verify_aws import cleaning, report
from verify_aws.account import Account, folder_of
from verify_aws.names import Names
from verify_aws.question import EXPECTED, NOT_ASKED, Answer
from verify_aws.session import answers

_PRICE: Final = """\
This deploys two stacks of its own, calls them some thousand times, and removes them.
It takes 15 to 25 minutes and costs less than one US dollar, with the API Gateway,
Lambda, Secrets Manager, DynamoDB and CloudWatch of this account:
"""


def main(arguments: list[str]) -> int:
    """Run it."""
    options = _options(arguments)
    try:
        names = Names.of(options.clean) if options.clean else Names.random()
        account = Account.of_environment()
    except (ValueError, BotoCoreError, ClientError) as error:
        _say(f"Nothing was begun: {error}")
        return 2
    if not options.clean:
        _say(_PRICE)
    _say(
        f"  account {account.number}\n  region  {account.region}\n  as      {account.arn}"
    )
    what = f"Remove everything named …{names.suffix}…" if options.clean else "Begin"
    if not (
        options.yes or _is_confirmed(f"{what}? Type the region to go on: ", account)
    ):
        _say("Nothing was begun.")
        return 2
    # So that what was made is removed then, too.
    signal.signal(signal.SIGTERM, _interrupt)
    if options.clean:
        return _clean(account, names)
    return _verify(account, names)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verify_aws")
    parser.add_argument("--clean", metavar="SUFFIX", help="remove what a run left")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    return parser.parse_args(arguments)


def _verify(account: Account, names: Names) -> int:
    _say(f"The suffix of this run: {names.suffix}")
    _say(f"If it is killed: make verify-aws CLEAN={names.suffix}")
    began = time.monotonic()
    found: list[Answer] = []
    failure = ""
    try:
        for answer in answers(account, names, _say):
            found.append(answer)
            _say(f"  {answer.verdict:9} {answer.number:4} {answer.text}: {answer.seen}")
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - it is reported, and all is removed
        text = f"{type(error).__name__}: {error}".replace(account.number, "<account>")
        failure = f"it ended early: {text}"
        _say(failure)
    is_clean = _clean(account, names) == 0
    about = {
        "region": account.region,
        "asked of": "an emulator" if account.is_emulated else "AWS",
        "begun": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "minutes": f"{(time.monotonic() - began) / 60:.1f}",
        "removed": "everything" if is_clean else "not everything",
        "ended": failure or "as planned",
    }
    path = report.write(folder_of(checkout.BUILD, names.suffix), about, found)
    _say(f"The report: {path}, and report.json beside it")
    is_well = all(answer.verdict in (EXPECTED, NOT_ASKED) for answer in found)
    return 0 if is_well and is_clean and not failure else 1


def _clean(account: Account, names: Names) -> int:
    _say(f"Removing everything named …{names.suffix}…")
    left = cleaning.clean(account, names)
    for leftover in left:
        _say(f"  still there: {leftover.kind} {leftover.name}")
    _say(
        f"Once more: make verify-aws CLEAN={names.suffix}"
        if left
        else "Nothing is left."
    )
    return 1 if left else 0


def _is_confirmed(question: str, account: Account) -> bool:
    if not sys.stdin.isatty():
        _say("No terminal to ask at; --yes (make verify-aws YES=1) answers.")
        return False
    return input(question).strip() == account.region


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
