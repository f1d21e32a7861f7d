"""DynamoDB for the one contender that reads from it, by moto."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.certificate import Certificate
from benchmarks.store import Store, running_server

TABLE: Final = "ApiKeys"


@contextmanager
def running_dynamodb(certificate: Certificate, keys: int) -> Iterator[Store]:
    """Run it with a table of the population's first keys."""
    with running_server(
        "benchmarks.dynamodb_server", certificate, [str(keys)]
    ) as store:
        yield store
