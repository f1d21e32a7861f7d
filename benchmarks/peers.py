"""The peers ours is compared with: two textbook examples and two published ones.

The published ones are as their authors wrote them. All read from one store except
b-cfn, which supports only DynamoDB.
"""

from pathlib import Path
from typing import Final

from benchmarks.certificate import Certificate
from benchmarks.contender import Contender
from benchmarks.dynamodb import TABLE
from benchmarks.ours import HANDLER, account, api_key, compiled
from benchmarks.population import SHARED_FIELD, SHARED_SECRET
from local import checkout

BOTO3: Final = "textbook-boto3"
POWERTOOLS: Final = "textbook-powertools"
SECURE: Final = "secure-authorizer"
B_CFN: Final = "b-cfn"


def peers(
    folder: Path, certificate: Certificate, url: str, dynamodb_url: str
) -> tuple[Contender, ...]:
    """Return the peers; each trusts the authorities that botocore includes."""
    code = compiled(folder)
    boto3 = _packages("bench-boto3")
    roots = (boto3 / "botocore" / "cacert.pem").read_text()
    bundle = certificate.bundle("peers", roots)
    powertools = _packages("bench-powertools")
    secure = _packages("bench-secure-authorizer")
    b_cfn = _packages("bench-b-cfn")
    function = b_cfn / "b_cfn_custom_api_key_authorizer/functions/authorizer/source"
    layer = b_cfn / "b_cfn_custom_api_key_authorizer_layer/source/python"
    return (
        Contender(
            BOTO3,
            "textbook on boto3",
            "Secrets Manager",
            "no tag (forged keys are looked up), no bound on memory, no answer in an "
            "outage, no metric",
            _python("bench-boto3"),
            (code,),
            (code / "boto3_authorizer.py",),
            f"boto3_authorizer.{HANDLER}",
            account(bundle, url),
            api_key,
            keeps_client=True,
            has_argon2=True,
        ),
        Contender(
            POWERTOOLS,
            "textbook on Powertools",
            "Secrets Manager",
            "no tag (forged keys are looked up), no bound on memory, no answer in an "
            "outage, no slow hashes",
            _python("bench-powertools"),
            (code,),
            (
                code / "powertools_authorizer.py",
                powertools / "aws_lambda_powertools",
                powertools / "jmespath",
                powertools / "typing_extensions.py",
            ),
            f"powertools_authorizer.{HANDLER}",
            account(bundle, url),
            api_key,
            keeps_client=True,
        ),
        Contender(
            SECURE,
            "amazon-api-gateway-secure-authorizer 0.1.0",
            "Secrets Manager",
            "one key for everybody, in clear; no cache, expiry, enabled, roles, metric",
            _python("bench-secure-authorizer"),
            (secure,),
            (secure / "secure_authorizer",),
            "secure_authorizer.authorizer.handler",
            {
                **account(bundle, url),
                "SECRET_NAME": SHARED_SECRET,
                "SECRET_KEY_NAME": SHARED_FIELD,
            },
            lambda key: {"x-origin-verify": key},
            is_shared=True,
        ),
        Contender(
            B_CFN,
            "b-cfn-custom-api-key-authorizer 3.0.0",
            "DynamoDB by moto, about 6 ms a read",
            "no cache, expiry, enabled, roles (opens every stage), metric",
            _python("bench-b-cfn"),
            (function, layer),
            (function, layer),
            "index.handler",
            {
                **account(bundle, dynamodb_url),
                "API_KEYS_DATABASE_NAME": TABLE,
                "AWS_ACCOUNT": "123456789012",
                "AWS_API_ID": "abcdef1234",
            },
            _key_and_secret,
        ),
    )


def _key_and_secret(key: str) -> dict[str, str]:
    key_id = key.split("_")[1] if "_" in key else key
    return {"apikey": key_id, "apisecret": key}


def _python(environment: str) -> Path:
    return checkout.VENVS / environment / "bin" / "python"


def _packages(environment: str) -> Path:
    return next((checkout.VENVS / environment).glob("lib/python3*/site-packages"))
