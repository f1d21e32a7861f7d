"""A browser for the console's tests, the checkout's own or the system's."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from local import checkout

FOLDER: Final = checkout.ROOT / ".cache" / "browser"

_LOCKED: Final = checkout.ROOT / "requirements" / "browser"
_UNPACKED: Final = FOLDER / "unpacked"
_FONTS: Final = FOLDER / "fonts.conf"
_SYSTEM: Final = ("chromium", "chromium-browser", "google-chrome")
# Our pages don't need them, and each would reach beyond this machine.
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def executable() -> Path | None:
    """Return the browser's program, None if there is none."""
    own = _UNPACKED / "chromium"
    if own.is_file():
        return own
    found = next(filter(None, map(shutil.which, _SYSTEM)), None)
    return None if found is None else Path(found)


@contextmanager
def launched() -> Iterator[Browser]:
    """Run the browser, headless and with an empty profile."""
    program = executable()
    if program is None:
        raise FileNotFoundError("no Chromium: python -m local.browser installs it")
    environment: dict[str, str | float | bool] = dict(os.environ)
    if program.parent == _UNPACKED:
        environment["LD_LIBRARY_PATH"] = str(_UNPACKED / "al2023" / "lib")
        environment["FONTCONFIG_FILE"] = str(_FONTS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=_ARGUMENTS, env=environment
        )
        yield browser
        browser.close()


def install() -> str | None:
    """Install the pinned browser in the checkout; return why not, None on success."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "it is packaged for Linux on x86-64 alone"
    npm = shutil.which("npm")
    if npm is None:
        return "npm, which fetches it, was not found"
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(_LOCKED, FOLDER)
    _UNPACKED.mkdir()
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    fetched = subprocess.run(
        command, cwd=FOLDER, capture_output=True, check=False, text=True
    )
    if fetched.returncode:
        return f"npm could not fetch it: {fetched.stderr.strip()[-300:]}"
    # Playwright's own Node.js: the package needs a newer one than most machines have.
    node = str(files("playwright") / "driver" / "node")
    subprocess.run(
        [node, "unpack.mjs"],
        cwd=FOLDER,
        check=True,
        env={
            **os.environ,
            # Where it has to bring its own libraries.
            "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x",
            "TMPDIR": str(_UNPACKED),
        },
        stdout=subprocess.DEVNULL,
    )
    shutil.rmtree(FOLDER / "node_modules")
    # Its own configuration would look for them in /tmp.
    _FONTS.write_text(
        f"<fontconfig><dir>{_UNPACKED / 'fonts'}</dir>"
        f"<cachedir>{FOLDER / 'fonts-cache'}</cachedir></fontconfig>"
    )
    return None


def main() -> int:
    """Install the browser; without it the console's browser tests are skipped."""
    reason = install()
    if reason is not None and executable() is None:
        print(f"No browser for the console's tests: {reason}.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
