"""Where Secrets Manager answers in the partitions that are not as ``aws``.

Written by secrets_manager_hosts.py out of botocore's data; edit that instead.
"""

from __future__ import annotations

# By the pattern of the partition's regions: the host, with dual stack, with FIPS, with
# both; None where the partition has none.
HOSTS: tuple[tuple[str, tuple[str | None, ...]], ...] = (
    (
        r"cn\-\w+\-\d+",
        (
            "secretsmanager.{}.amazonaws.com.cn",
            "secretsmanager.{}.amazonaws.com.cn",
            "secretsmanager-fips.{}.amazonaws.com.cn",
            "secretsmanager-fips.{}.api.amazonwebservices.com.cn",
        ),
    ),
    (
        r"eusc\-(de)\-\w+\-\d+",
        (
            "secretsmanager.{}.amazonaws.eu",
            "secretsmanager.{}.api.amazonwebservices.eu",
            "secretsmanager-fips.{}.amazonaws.eu",
            "secretsmanager-fips.{}.api.amazonwebservices.eu",
        ),
    ),
    (
        r"us\-iso\-\w+\-\d+",
        (
            "secretsmanager.{}.c2s.ic.gov",
            "secretsmanager.{}.api.aws.ic.gov",
            "secretsmanager-fips.{}.c2s.ic.gov",
            "secretsmanager-fips.{}.api.aws.ic.gov",
        ),
    ),
    (
        r"us\-isob\-\w+\-\d+",
        (
            "secretsmanager.{}.sc2s.sgov.gov",
            "secretsmanager.{}.api.aws.scloud",
            "secretsmanager-fips.{}.sc2s.sgov.gov",
            "secretsmanager-fips.{}.api.aws.scloud",
        ),
    ),
    (
        r"eu\-isoe\-\w+\-\d+",
        (
            "secretsmanager.{}.cloud.adc-e.uk",
            None,
            "secretsmanager-fips.{}.cloud.adc-e.uk",
            None,
        ),
    ),
    (
        r"us\-isof\-\w+\-\d+",
        (
            "secretsmanager.{}.csp.hci.ic.gov",
            None,
            "secretsmanager-fips.{}.csp.hci.ic.gov",
            None,
        ),
    ),
)
