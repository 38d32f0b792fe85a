"""The extras of the package, for engines and traces that not everybody needs."""

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


def missing_extra(error: ModuleNotFoundError) -> Exception:
    """Returns the error that says which extra to install, or the same error if it is about another module."""
    for extra, modules in EXTRAS.items():
        if error.name in modules:
            return BadSetting(f"{NEEDED_BY[extra]} needs the extra {extra}: pip install 'perch-timelines[{extra}]'.")
    return error
