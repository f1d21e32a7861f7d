"""DynamoDB for the one contender that reads from it: moto, since there is no stub."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.certificate import Certificate
from benchmarks.store import Store, running_server

TABLE: Final = "ApiKeys"


@contextmanager
def running_dynamodb(certificate: Certificate, keys: int) -> Iterator[Store]:
    """Run it with a table that holds the first keys of the population."""
    with running_server(
        "benchmarks.dynamodb_server", certificate, [str(keys)]
    ) as store:
        yield store
