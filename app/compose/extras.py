"""The extras of the package, for engines and traces that not everybody needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.settings import BadSetting

EXTRAS = {
    "postgres": ("psycopg", "psycopg_pool", "alembic", "sqlalchemy"),
    "kafka": ("confluent_kafka",),
    "redis": ("redis", "hiredis", "limits"),
    "cassandra": ("cassandra",),
    "aws": ("boto3", "botocore"),
    "otel": ("opentelemetry", "opentelemetry.sdk", "opentelemetry.exporter"),
}
"""Each with the modules that it installs."""

NEEDED_BY = {
    "postgres": "DATABASE_URL",
    "redis": "A redis:// address",
    "cassandra": "A cassandra:// address",
    "aws": "A dynamodb:// or sqs:// address",
    "kafka": "A kafka:// address",
    "otel": "TRACES_URL",
}


@contextmanager
def needed_extra() -> Iterator[None]:
    """To import what needs an extra; raises `BadSetting`, which says which one to install, if it is not there."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise _missing(error) from None


def _missing(error: ModuleNotFoundError) -> Exception:
    """Returns the error to raise, which is the same one if it is about another module."""
    for extra, modules in EXTRAS.items():
        if error.name in modules:
            return BadSetting(f"{NEEDED_BY[extra]} needs the extra {extra}: pip install 'perch-timelines[{extra}]'.")
    return error
