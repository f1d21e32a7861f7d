"""The AWS emulator: MiniStack, on the loopback interface, with IAM enforced."""

import shutil
import signal
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple, Self

import boto3
import botocore.config
import botocore.session

from local import checkout, environment, ports, process
from local.errors import ExposedError, StartError

REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"

# The emulator takes this pair for the account's root user.
_ROOT_KEY: Final = "test"

_START_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.1

# Never through a proxy.
_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Emulator(NamedTuple):
    """A running emulator: an AWS account, empty until something is deployed."""

    pid: int
    port: int
    folder: Path

    @classmethod
    def start(cls, name: str) -> Self:
        """Start an emulator and wait until it answers.

        Any number may run side by side: each has its own port and folder.

        Raises:
            LocalError: it doesn't start, or listens not only on 127.0.0.1.
        """
        port = ports.free_port()
        folder = checkout.BUILD / "ministack" / f"{name}-{port}"
        home = folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        variables = environment.isolated(home) | {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            # Off, because this listener ignores BIND_HOST.
            "IOT_MTLS_ENABLED": "0",
            "AUTH": "true",
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "STATE_DIR": str(home),
            "S3_DATA_DIR": str(home),
        }
        log = folder / "ministack.log"
        pid = process.spawn([str(checkout.MINISTACK)], variables, log)
        emulator = cls(pid, port, folder)
        try:
            emulator._wait_until_it_answers()
            emulator._check_that_it_listens_locally()
        except BaseException:
            emulator.stop()
            raise
        return emulator

    @property
    def endpoint(self) -> str:
        """Where it answers for every AWS service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a program takes it for AWS, and nothing else."""
        return environment.isolated(self.folder / "home") | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": _ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": _ROOT_KEY,
        }

    @property
    def log(self) -> Path:
        """The file that it logs to."""
        return self.folder / "ministack.log"

    def client(self, service: str) -> Any:  # noqa: ANN401 - as boto3 types it
        """Return a boto3 client of the account's root."""
        # Neither the user's profile nor a proxy may interfere.
        session = botocore.session.Session({"profile": (None, None, None, None)})
        return boto3.Session(botocore_session=session).client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=_ROOT_KEY,
            aws_secret_access_key=_ROOT_KEY,
            config=botocore.config.Config(proxies={}),
        )

    def is_running(self) -> bool:
        """Return whether it still runs, and no other program has its process id."""
        return process.is_command(self.pid, checkout.MINISTACK)

    def stop(self) -> None:
        """Stop it and forget its account; only its log stays."""
        process.stop(self.pid)
        shutil.rmtree(self.folder / "home", ignore_errors=True)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if not process.is_running(self.pid) or time.monotonic() > deadline:
                raise StartError(self.log)
            time.sleep(_POLL_SECONDS)

    def _answers(self) -> bool:
        try:
            _DIRECT.open(f"{self.endpoint}/_ministack/health", timeout=1).close()
        except OSError:
            return False
        return True

    def _check_that_it_listens_locally(self) -> None:
        elsewhere = ports.listening_addresses(self.pid) - {"127.0.0.1"}
        if elsewhere:
            raise ExposedError(elsewhere)


@contextmanager
def running_emulator(name: str) -> Iterator[Emulator]:
    """Run an emulator and stop it in the end, whatever happens."""
    with _terminable():
        emulator = Emulator.start(name)
        try:
            yield emulator
        finally:
            emulator.stop()


@contextmanager
def _terminable() -> Iterator[None]:
    """Make SIGTERM unwind the stack as Ctrl-C does, so that nothing is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python sets signal handlers in the main thread only
        return
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
