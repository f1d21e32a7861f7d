"""`make verify-aws`: deploy, ask, report, remove; with CLEAN=suffix, only remove.

Exits with 0 if every answer is the expected one and nothing is left, with 1 otherwise,
and with 2 if nothing was begun.
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
from verify_aws.plan import BY_HAND
from verify_aws.question import FAILED, OTHERWISE, Answer
from verify_aws.session import answers

_PRICE: Final = """\
This deploys two stacks of its own, calls them some thousand times, and removes them.
It takes up to half an hour and costs less than one US dollar, with the API Gateway,
Lambda, Secrets Manager, DynamoDB and CloudWatch of this account:
"""


def main(arguments: list[str]) -> int:
    """Run it."""
    options = _options(arguments)
    try:
        names = Names.random() if options.clean is None else Names.of(options.clean)
        account = Account.of_environment()
    except (ValueError, BotoCoreError, ClientError) as error:
        _say(f"Nothing was started: {error}")
        return 2
    if options.clean is None:
        _say(_PRICE)
    else:
        _say(f"This removes everything whose name carries {names.suffix}:\n")
    _say(f"  account {account.number}\n  region  {account.region}")
    _say(f"  as      {account.arn}")
    if not (options.yes or _is_confirmed(account)):
        _say("Nothing was started.")
        return 2
    if options.clean is not None:
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
    begun = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    began = time.monotonic()

    def tell(text: str) -> None:
        _say(f"{time.monotonic() - began:5.0f} s  {text}")

    found: list[Answer] = []
    failure = ""
    try:
        for answer in answers(account, names, tell):
            found.append(answer)
            tell(f"{answer.verdict:9} {answer.number:4} {answer.text}: {answer.seen}")
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - it is reported, and all is removed
        text = f"{type(error).__name__}: {error}".replace(account.number, "<account>")
        failure = f"it ended early: {text}"
        _say(failure)
    is_clean = _clean(account, names) == 0
    about = {
        "region": account.region,
        "asked of": "an emulator" if account.is_emulated else "AWS",
        "begun": begun,
        "minutes": f"{(time.monotonic() - began) / 60:.1f}",
        "removed": "everything" if is_clean else "not everything",
        "ended": failure or "as planned",
        "still to be asked by hand": f"{', '.join(BY_HAND)} (docs/verify-on-aws.md)",
    }
    path = report.write(folder_of(checkout.BUILD, names.suffix), about, found)
    _say(f"The report: {path}, and report.json next to it")
    is_well = not any(answer.verdict in (OTHERWISE, FAILED) for answer in found)
    return 0 if is_well and is_clean and not failure else 1


def _clean(account: Account, names: Names) -> int:
    _say(f"Removing everything named …{names.suffix}…")
    left = cleaning.clean(account, names)
    for leftover in left:
        _say(f"  still there: {leftover.kind} {leftover.name}")
    _say(
        f"Run again: make verify-aws CLEAN={names.suffix}"
        if left
        else "Nothing is left."
    )
    return 1 if left else 0


def _is_confirmed(account: Account) -> bool:
    if not sys.stdin.isatty():
        _say("No terminal to ask on; confirm with --yes (make verify-aws YES=1).")
        return False
    return input("In this account? Type the region to go on: ") == account.region


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    # So that what was made is removed in that case, too.
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(main(sys.argv[1:]))
