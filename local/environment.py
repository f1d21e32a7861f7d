"""The environment of every program that the local stack starts."""

import os
from pathlib import Path


def isolated(home: Path) -> dict[str, str]:
    """Return an environment without anything of the user's AWS accounts.

    An allow-list, because variables, profiles and proxies alike could lead a
    tool to a real account.
    """
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
    }
