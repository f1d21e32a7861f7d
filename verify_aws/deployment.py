"""Deploys a template by CloudFormation, within this process.

No tool is started that could continue deploying after this process is killed: what a
killed run leaves must be complete when it is removed.
"""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import yaml
from botocore.exceptions import ClientError

from verify_aws.account import Account

_POLL_SECONDS: Final = 2.0
_TIMEOUT_SECONDS: Final = 900.0
_CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
# The emulator refuses a template with these; it passes on a route's answer without.
_UNKNOWN_TO_THE_EMULATOR: Final = ("AWS::ApiGatewayV2::RouteResponse",)
# A zip must be the same for the same files, or each run would deploy again.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNCHANGED: Final = ("didn't contain changes", "No updates are to be performed")


class StackError(Exception):
    """A stack did not become what it should."""


def make_bucket(account: Account, bucket: str) -> None:
    """Create the bucket for the packages, if there is none."""
    s3 = account.client("s3")
    place: dict[str, Any] = {}
    if account.region != "us-east-1":
        place = {"CreateBucketConfiguration": {"LocationConstraint": account.region}}
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, **place)


def packaged(
    account: Account, bucket: str, template: Path, parameters: Mapping[str, str]
) -> str:
    """Upload the packages that a built template names, and return its text.

    Args:
        account: where to.
        bucket: that has been made.
        template: as `sam build` wrote it, with the packages beside it.
        parameters: an emulator expands the template by its defaults alone.
    """
    found: dict[str, Any] = yaml.safe_load(template.read_text())
    s3 = account.client("s3")
    for resource in found["Resources"].values():
        code = resource.get("Properties", {}).get("CodeUri")
        if code is None:
            continue
        archive = _zipped(template.parent / code)
        key = hashlib.sha256(archive).hexdigest()
        s3.put_object(Bucket=bucket, Key=key, Body=archive)
        resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    if account.is_emulated:
        found["Resources"] = {
            name: resource
            for name, resource in found["Resources"].items()
            if resource["Type"] not in _UNKNOWN_TO_THE_EMULATOR
        }
        for name, value in parameters.items():
            found["Parameters"][name]["Default"] = value
    return json.dumps(found)


def start(
    account: Account,
    bucket: str,
    stack: str,
    template: str,
    parameters: Mapping[str, str],
) -> bool:
    """Begin to create a stack, or to change it.

    Returns: Whether there is anything to wait for.

    Raises:
        StackError: CloudFormation refuses it.
    """
    s3, cloudformation = account.client("s3"), account.client("cloudformation")
    key = f"{hashlib.sha256(template.encode()).hexdigest()}.template"
    s3.put_object(Bucket=bucket, Key=key, Body=template.encode())
    change = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"verify-{time.time_ns()}",
        ChangeSetType="UPDATE" if status(account, stack) else "CREATE",
        TemplateURL=f"{s3.meta.endpoint_url}/{bucket}/{key}",
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in parameters.items()
        ],
        Capabilities=_CAPABILITIES,
    )["Id"]
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        made = cloudformation.describe_change_set(ChangeSetName=change)
        if made["Status"] == "CREATE_COMPLETE":
            break
        reason = made.get("StatusReason", "")
        if any(words in reason for words in _UNCHANGED):
            return False
        if made["Status"] == "FAILED" or time.monotonic() > deadline:
            raise StackError(f"{stack}: {reason or made['Status']}")
        time.sleep(_POLL_SECONDS)
    cloudformation.execute_change_set(ChangeSetName=change)
    return True


def outputs(account: Account, stack: str) -> dict[str, str]:
    """Wait until a stack is what it should be, and return its outputs.

    Raises:
        StackError: it failed, with the first reason.
    """
    found = settled(account, stack, is_executed=True)
    if found not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise StackError(f"{stack}: {found}: {_first_reason(account, stack)}")
    cloudformation = account.client("cloudformation")
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {o["OutputKey"]: o["OutputValue"] for o in described.get("Outputs", [])}


def settled(account: Account, stack: str, *, is_executed: bool = False) -> str | None:
    """Wait until nothing changes a stack any longer; return its status, None if gone.

    Args:
        account: where it is.
        stack: its name.
        is_executed: whether a change set is known to be under way, and none in review.
    """
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while (found := status(account, stack)) and found.endswith("_IN_PROGRESS"):
        if found == "REVIEW_IN_PROGRESS" and not is_executed:
            # A change set that nobody executed.
            return found
        if time.monotonic() > deadline:
            raise StackError(f"{stack}: still {found}")
        time.sleep(_POLL_SECONDS)
    return found


def status(account: Account, stack: str) -> str | None:
    """Return a stack's status, None if there is no such stack."""
    try:
        found = account.client("cloudformation").describe_stacks(StackName=stack)
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    state: str = found["Stacks"][0]["StackStatus"]
    return None if state == "DELETE_COMPLETE" else state


def _first_reason(account: Account, stack: str) -> str:
    pages = account.client("cloudformation").get_paginator("describe_stack_events")
    reasons = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
        for page in pages.paginate(StackName=stack)
        for event in page["StackEvents"]
        if event["ResourceStatus"].endswith("_FAILED")
    ]
    return reasons[-1] if reasons else "no reason was given"


def _zipped(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                name = str(file.relative_to(folder))
                info = zipfile.ZipInfo(name, _EPOCH)
                info.external_attr = 0o644 << 16
                archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return content.getvalue()
