"""The floor and ours: a handler that does nothing, and the package as shipped."""

import compileall
import shutil
from collections.abc import Mapping
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Final

from benchmarks.certificate import Certificate
from benchmarks.contender import NOOP, Contender, http_api, rest_token
from benchmarks.population import SIGNING_KEY, SIGNING_SECRET
from local import checkout

OURS: Final = "ours"
OURS_THROUGH_SDK: Final = "ours-through-sdk"
OURS_IN_TABLE: Final = "ours-in-table"
OTHER_KINDS: Final = ("ours-token", "ours-http-api")
BARE_STEPS: Final = "bare-steps"

_PACKAGE: Final = checkout.BUILT / "AuthorizerFunction"
_TEXTBOOK: Final = Path(__file__).parent / "textbook"
HANDLER: Final = "lambda_handler"


def floor_and_ours(
    folder: Path, certificate: Certificate, url: str
) -> tuple[Contender, ...]:
    """Return the no-op and the built package; they need no environment of a peer."""
    code = compiled(folder)
    # A copy, so that a build in between doesn't change what is measured.
    package = folder / "package"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(_PACKAGE, package)
    roots = package / "authorizer" / "amazon-roots"
    return (
        Contender(
            NOOP,
            "no-op",
            "none",
            "anything",
            checkout.RUNTIME_PYTHON,
            (code,),
            (code / "noop.py",),
            f"noop.{HANDLER}",
            {},
            api_key,
        ),
        Contender(
            OURS,
            "this project",
            "Secrets Manager",
            "",
            checkout.RUNTIME_PYTHON,
            (package,),
            (package,),
            f"authorizer.handler.{HANDLER}",
            {
                **account(certificate.folder(OURS, roots), url),
                "SIGNING_SECRET": SIGNING_SECRET,
            },
            api_key,
            keeps_client=True,
            has_argon2=True,
        ),
    )


def other_kinds(ours: Contender) -> tuple[Contender, ...]:
    """Return ours behind kinds of APIs other than a REST API with REQUEST."""
    titles = ("this project, TOKEN", "this project, HTTP API 2.0")
    return tuple(
        ours._replace(name=name, title=title, has_argon2=False, shape=shape)
        for name, title, shape in zip(
            OTHER_KINDS, titles, (rest_token, http_api), strict=True
        )
    )


def through_sdk(ours: Contender, folder: Path, certificate: Certificate) -> Contender:
    """Return ours without credentials in environment variables.

    SnapStart and containers keep them elsewhere; the reader is then boto3's.
    """
    file = folder / "credentials"
    variables = dict(ours.variables)
    lines = [
        f"aws_access_key_id={variables.pop('AWS_ACCESS_KEY_ID')}",
        f"aws_secret_access_key={variables.pop('AWS_SECRET_ACCESS_KEY')}",
    ]
    file.write_text("\n".join(["[default]", *lines]))
    variables["AWS_SHARED_CREDENTIALS_FILE"] = str(file)
    # botocore reads a file of authorities, not a folder.
    roots = sorted((ours.paths[0] / "authorizer" / "amazon-roots").iterdir())
    trusted = "".join(root.read_text() for root in roots)
    variables["AWS_CA_BUNDLE"] = str(certificate.bundle(OURS_THROUGH_SDK, trusted))
    return ours._replace(
        name=OURS_THROUGH_SDK,
        title="this project through the SDK",
        lacks="the lean reader: as under SnapStart",
        variables=variables,
        keeps_client=False,
        has_argon2=False,
    )


def in_table(ours: Contender) -> Contender:
    """Return ours with its records in a DynamoDB table, and two connections for it."""
    chosen = {"RECORD_STORE": "dynamodb", "RECORD_TABLE": "benchmark"}
    return ours._replace(
        name=OURS_IN_TABLE,
        title="this project, records in DynamoDB",
        store="Secrets Manager and DynamoDB",
        variables={**ours.variables, **chosen},
    )


def bare_steps(noop: Contender, folder: Path) -> Contender:
    """Return the steps of a decision in one flat function: the floor of warm calls."""
    return noop._replace(
        name=BARE_STEPS,
        title="bare steps of a decision",
        lacks="reads, ageing or bounded caches, expiry, roles, second header spellings",
        handler=f"bare_steps.{HANDLER}",
        variables={"ANSWER": str(folder / "answer.json"), "SIGNING_KEY": SIGNING_KEY},
    )


def account(bundle: Path, url: str) -> Mapping[str, str]:
    """Return the variables that make a benchmark store a contender's AWS."""
    return {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_CA_BUNDLE": str(bundle),
    }


def api_key(key: str) -> dict[str, str]:
    """Return the header that this project and the textbooks read."""
    return {"X-API-Key": key}


def compiled(folder: Path) -> Path:
    """Copy the handlers written here and compile them, as pip did with the peers'.

    Lambda packages often have no compiled files; here everybody has them.
    """
    code = folder / "textbook"
    shutil.rmtree(code, ignore_errors=True)
    shutil.copytree(_TEXTBOOK, code, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(
        code, quiet=1, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH
    )
    return code
