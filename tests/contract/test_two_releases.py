"""A release and the one before it, side by side on the same records, both ways.

While a deployment moves over, and after it was rolled back, one reads what the other
wrote: records, role map, signing secret, the tokens of pages and of repeats. The former
package is the sources of commit e5d965f, both functions, as they were deployed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from local.checkout import ROOT
from tests.builders import ROLE_MAP, foreign_key, signing_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_RELEASES = {"former": ROOT / "tests/former/package.zip", "this": ROOT / "src"}
_BOTH_WAYS = [("former", "this"), ("this", "former")]
_FOREIGN = foreign_key()
_SECRET = "signing"


class Release:
    """A release's functions, in a process of their own."""

    def __init__(self, package: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/release.py")],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(package),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, work: Path) -> None:
        """Do what a document asks for, which then holds what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{work}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "0\n"

    def end(self) -> None:
        """End the process."""
        self._process.communicate()


@pytest.fixture(scope="module")
def releases() -> Iterator[Mapping[str, Release]]:
    """Return both releases."""
    made = {name: Release(package) for name, package in _RELEASES.items()}
    yield made
    for release in made.values():
        release.end()


class Account:
    """An account in which functions of either release work, one after the other."""

    def __init__(self, folder: Path, releases: Mapping[str, Release]) -> None:
        self._releases = releases
        self._work = folder / "work.json"
        self.secrets: dict[str, Any] = {
            _SECRET: {
                "text": signing_secret(),
                "description": "",
                "tags": {},
                "deleted": False,
            }
        }

    def run(
        self,
        release: str,
        requests: list[dict[str, Any]],
        credentials: list[dict[str, str]] | None = None,
    ) -> tuple[list[Any], list[Any]]:
        """Send requests to a release's admin function, then ask its authorizer.

        Returns:
            The answers, and the decisions on credentials by the headers they are in.
        """
        asked = {
            "secrets": self.secrets,
            "requests": requests,
            "headers": credentials or [],
        }
        self._work.write_text(json.dumps(asked))
        self._releases[release].do(self._work)
        done = json.loads(self._work.read_text())
        self.secrets = done["secrets"]
        return done["answers"], done["decisions"]

    def record(self, name: str) -> dict[str, Any]:
        """Return a stored record."""
        found: dict[str, Any] = json.loads(self.secrets[name]["text"])
        return found


@pytest.fixture
def account(tmp_path: Path, releases: Mapping[str, Release]) -> Account:
    """Return an account with a signing secret."""
    return Account(tmp_path, releases)


def _key(text: str) -> dict[str, str]:
    return {"X-API-Key": text}


def _login(login: str, password: str) -> dict[str, str]:
    token = b64encode(f"{login}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


_ISSUE: dict[str, Any] = {"action": "issue", "client": "Acme", "roles": ["READER"]}
_SESSION = {
    "environment": "P",
    "repository": "M",
    "profile": "DESK",
    "connectionMode": "READ_ONLY",
}
_TOKENS = {name: name[0] * 32 for name in ("issue", "rotate", "login")}


@pytest.mark.parametrize(("writer", "reader"), _BOTH_WAYS)
def test_what_one_release_writes_the_other_reads_and_changes(
    account: Account, writer: str, reader: str
) -> None:
    """Every kind of record: the same decision, and the record stays whole."""
    written, _ = account.run(
        writer,
        [
            {"action": "roles.put", "roleMap": ROLE_MAP},
            _ISSUE | {"session": _SESSION, "name": "a key"},
            _ISSUE | {"login": "olga"},
            {**_ISSUE, "action": "import", "key": _FOREIGN},
            _ISSUE | {"enabled": False},
            _ISSUE,
        ],
    )
    assert [answer["status"] for answer in written] == [200, *[201] * 5]
    _, key, account_of, imported, disabled, revoked = written
    ids = [a["record"].get("keyId") for a in written[1:]]
    rotated, _ = account.run(
        writer,
        [
            {"action": "rotate", "keyId": ids[0], "overlapSeconds": 3_600},
            {"action": "rotate", "login": "olga", "overlapSeconds": 3_600},
            {"action": "revoke", "keyId": ids[4]},
        ],
    )
    credentials = [
        _key(key["key"]),
        _key(rotated[0]["key"]),
        _login("olga", account_of["password"]),
        _login("olga", rotated[1]["password"]),
        _key(_FOREIGN),
        _key(disabled["key"]),
        _key(revoked["key"]),
        _key(f"{key['key'][:-1]}-"),
    ]
    before = account.secrets
    decided = {r: account.run(r, [], credentials)[1] for r in (writer, reader)}
    assert account.secrets == before
    assert decided[reader] == decided[writer]
    assert all(isinstance(decision, list) for decision in decided[reader][:5])
    assert decided[reader][5:] == ["Unauthorized"] * 3
    changed, _ = account.run(
        reader,
        [
            {"action": "list"},
            {"action": "get", "keyId": ids[4]},
            {"action": "update", "keyId": ids[2], "description": "changed"},
            {"action": "enable", "keyId": ids[3]},
            {"action": "restore", "keyId": ids[4]},
            {"action": "disable", "login": "olga"},
            {"action": "rotate", "keyId": rotated[0]["record"]["keyId"]},
            {"action": "verify", "credential": _FOREIGN},
        ],
    )
    assert [a["status"] for a in changed] == [*[200] * 6, 201, 200], changed
    assert len(changed[0]["records"]) == 5
    assert changed[1]["record"]["client"] == "Acme"
    assert imported["record"]["keyId"] == changed[7]["record"]["keyId"]
    _, decisions = account.run(writer, [], [*credentials, _key(changed[6]["key"])])
    opens = [isinstance(decision, list) for decision in decisions]
    assert opens == [True, True, False, False, True, True, True, False, True]


@pytest.mark.parametrize(("writer", "reader"), _BOTH_WAYS)
def test_a_repeat_finishes_in_the_other_release(
    account: Account, writer: str, reader: str
) -> None:
    """The request tokens' fingerprints: one record, and the last key works."""
    requests = [
        {"action": "roles.put", "roleMap": ROLE_MAP},
        _ISSUE | {"requestToken": _TOKENS["issue"]},
        _ISSUE | {"login": "olga", "requestToken": _TOKENS["login"]},
    ]
    first, _ = account.run(writer, requests)
    rotate = {
        "action": "rotate",
        "keyId": first[1]["record"]["keyId"],
        "requestToken": _TOKENS["rotate"],
        "overlapSeconds": 60,
    }
    rotated, _ = account.run(writer, [rotate])
    again, _ = account.run(reader, [requests[2], rotate])
    assert [answer["status"] for answer in again] == [201, 201], again
    assert again[1]["record"]["keyId"] == rotated[0]["record"]["keyId"]
    credentials = [
        _login("olga", first[2]["password"]),
        _login("olga", again[0]["password"]),
        _key(rotated[0]["key"]),
        _key(again[1]["key"]),
    ]
    for release in (writer, reader):
        _, decisions = account.run(release, [], credentials)
        opens = [isinstance(decision, list) for decision in decisions]
        assert opens == [False, True, False, True], release
    other, _ = account.run(reader, [rotate | {"overlapSeconds": 61}])
    assert other[0]["error"]["code"] == "request_token_used"


@pytest.mark.parametrize(("writer", "reader"), _BOTH_WAYS)
def test_pages_go_on_in_the_other_release(
    account: Account, writer: str, reader: str
) -> None:
    """A page's token and a record's version are taken; other fields are refused."""
    account.run(writer, [_ISSUE | {"roles": []} for _ in range(3)])
    asked = {"action": "list", "client": "Acme", "limit": 1}
    (page,), _ = account.run(writer, [asked])
    token = page["nextToken"]
    (following, refused), _ = account.run(
        reader,
        [
            asked | {"nextToken": token},
            asked | {"nextToken": token, "client": "Other"},
        ],
    )
    assert following["status"] == 200, following
    seen = {record["keyId"] for record in page["records"] + following["records"]}
    assert len(seen) == len(page["records"]) + len(following["records"]) > 1
    assert refused["error"]["field"] == "nextToken"


@pytest.mark.parametrize(("writer", "reader"), _BOTH_WAYS)
def test_the_signing_key_is_rotated_by_both(
    account: Account, writer: str, reader: str
) -> None:
    """One announces, the other mints on; keys of before and after pass in both."""
    (_, old), _ = account.run(
        writer, [{"action": "roles.put", "roleMap": ROLE_MAP}, _ISSUE]
    )
    (announced,), _ = account.run(writer, [{"action": "signing.rotate"}])
    assert announced["phase"] == "announced"
    found = account.record(_SECRET)
    # As after the time in which every environment has read it.
    found["announced"] = "2020-01-01T00:00:00"
    account.secrets[_SECRET]["text"] = json.dumps(found)
    (promoted, new), _ = account.run(reader, [{"action": "signing.rotate"}, _ISSUE])
    assert promoted["phase"] == "promoted"
    for release in (writer, reader):
        _, decisions = account.run(release, [], [_key(old["key"]), _key(new["key"])])
        assert all(isinstance(decision, list) for decision in decisions), release


@pytest.mark.parametrize(("writer", "reader"), _BOTH_WAYS)
def test_the_role_map_of_one_is_the_others(
    account: Account, writer: str, reader: str
) -> None:
    """Its version, too: who has read it in one release replaces it in the other."""
    (put,), _ = account.run(writer, [{"action": "roles.put", "roleMap": ROLE_MAP}])
    other = ROLE_MAP | {"roles": {"READER": {"allow": ["GET /other"]}}}
    (got, checked, replaced), _ = account.run(
        reader,
        [
            {"action": "roles.get"},
            {"action": "roles.check", "roleMap": ROLE_MAP},
            {"action": "roles.put", "roleMap": other},
        ],
    )
    assert got["roleMap"] == put["roleMap"] == ROLE_MAP
    assert checked["isValid"]
    assert replaced["status"] == 200
    (again,), _ = account.run(writer, [{"action": "roles.get"}])
    assert again["roleMap"] == other


def test_what_the_former_release_must_not_ignore_it_refuses(account: Account) -> None:
    """A key bound to networks has another version of record: shut, never wide open."""
    bound = _ISSUE | {"allowedCidrs": ["203.0.113.0/24"]}
    (_, issued), _ = account.run(
        "this", [{"action": "roles.put", "roleMap": ROLE_MAP}, bound]
    )
    assert issued["status"] == 201, issued
    _, decisions = account.run("former", [], [_key(issued["key"])])
    assert decisions == ["Unauthorized"]
