"""One release of both functions in a process of its own, on a given account.

Run by itself, so that it imports nothing of this tree but the release that is first on
``sys.path``. Each line on standard input is the path of a JSON document; a process of
its own does what that asks for, puts what came of it in its place, and a line with its
exit code is answered:

- ``secrets``: the account's, by name: text, description, tags, and whether deleted;
- ``requests``: for the admin function, one after the other; ``answers`` comes back;
- ``headers``: for the authorizer, afterwards; ``decisions`` comes back, a policy's
  statements or the text of what was raised.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
from moto import mock_aws

_REGION = "eu-west-1"
_ARN = f"arn:aws:execute-api:{_REGION}:123456789012:a1b2c3d4e5/prod/GET/reports/7"


class Context:
    """What Lambda tells a function of an invocation."""

    function_name = "apikeys"
    function_version = "1"
    memory_limit_in_mb = 512
    invoked_function_arn = f"arn:aws:lambda:{_REGION}:123456789012:function:apikeys"
    aws_request_id = "5c0e0a3e-0000-4000-8000-000000000000"
    client_context = None

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds left."""
        return 10_000


def main() -> None:
    """Serve documents, each in an environment that was never used."""
    # Loaded once for all of them: they take longer than the work.
    import authorizer.authorize  # noqa: F401, PLC0415 - as above

    for line in sys.stdin:
        process = os.fork()
        if not process:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            try:
                _work(Path(line.rstrip("\n")))
            except BaseException:  # noqa: BLE001 - the process ends here
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _work(work: Path) -> None:
    """Do what a document asks for."""
    asked = json.loads(work.read_text())
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": _REGION,
        "AWS_DEFAULT_REGION": _REGION,
        "SIGNING_SECRET": "signing",
        "CREDENTIALS": "api-key,basic",
        "LEGACY_KEYS": "imported",
        "AUTHORIZER_CACHE_SECONDS": "0",
        "RECORD_TTL_SECONDS": "0",
    }
    with mock_aws():
        secrets = boto3.client("secretsmanager")
        for name, secret in asked["secrets"].items():
            _store(secrets, name, secret)
        from admin.handler import lambda_handler  # noqa: PLC0415 - a client is made

        answers = [lambda_handler(event, Context()) for event in asked["requests"]]
        found = _all(secrets)
    decisions = _decided(asked["headers"], found)
    done = {"secrets": found, "answers": answers, "decisions": decisions}
    work.write_text(json.dumps(done))


def _store(secrets: Any, name: str, secret: dict[str, Any]) -> None:
    tags = [{"Key": key, "Value": value} for key, value in secret["tags"].items()]
    secrets.create_secret(
        Name=name,
        SecretString=secret["text"],
        Description=secret["description"],
        Tags=tags,
    )
    if secret["deleted"]:
        secrets.delete_secret(SecretId=name, RecoveryWindowInDays=30)


def _all(secrets: Any) -> dict[str, dict[str, Any]]:
    found = {}
    pages = secrets.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True)
    for listed in (secret for page in pages for secret in page["SecretList"]):
        name, is_deleted = listed["Name"], "DeletedDate" in listed
        if is_deleted:
            secrets.restore_secret(SecretId=name)
        value = secrets.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
        found[name] = {
            "text": value["SecretString"],
            "description": listed.get("Description", ""),
            "tags": {tag["Key"]: tag["Value"] for tag in listed.get("Tags", [])},
            "deleted": is_deleted,
        }
    return found


def _decided(
    headers: list[dict[str, str]], secrets: dict[str, dict[str, Any]]
) -> list[Any]:
    """Return what the authorizer says of each, reading from a service of our own."""

    class Service(BaseHTTPRequestHandler):
        """GetSecretValue of Secrets Manager, on this machine."""

        def do_POST(self) -> None:
            """Answer a read."""
            length = int(self.headers["Content-Length"])
            name = json.loads(self.rfile.read(length))["SecretId"]
            secret = secrets.get(name)
            if secret is None:
                status, kind = 400, "ResourceNotFoundException"
                body: dict[str, str] = {"__type": kind}
            elif secret["deleted"]:
                status, body = 400, {"__type": "InvalidRequestException"}
            else:
                body = {"Name": name, "SecretString": secret["text"], "VersionId": "v"}
                status = 200
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    os.environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = f"http://127.0.0.1:{port}"
    from authorizer.handler import lambda_handler  # noqa: PLC0415 - it reads at once

    try:
        return [_decision(lambda_handler, given) for given in headers]
    finally:
        server.shutdown()


def _decision(handler: Any, headers: dict[str, str]) -> Any:
    event = {
        "type": "REQUEST",
        "methodArn": _ARN,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": {"apiId": "a1b2c3d4e5", "stage": "prod"},
    }
    try:
        answer = handler(event, Context())
    except Exception as error:  # noqa: BLE001 - as Lambda tells it
        return str(error)
    return answer["policyDocument"]["Statement"]


if __name__ == "__main__":
    main()
