"""The adapters on PostgreSQL for tests that share a database, one after the other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from app.compose import Adapters, open_adapters, postgres
from domain.errors import Unavailable
from infrastructure.postgres.stores import OpenOutside, PostgresOptions, PostgresStores, open_postgres
from tests.built import settings_of
from tests.fakes.postgres import PATIENCE, empty

SECONDS = 30.0


class OnPostgres:
    """Adapters that stay open."""

    def __init__(self, url: str, adapters: Adapters) -> None:
        self._url = url
        self._adapters = adapters

    def instead(self, others: Adapters) -> Adapters:
        """Returns the adapters, on the emptied database, with the others' write limits."""
        self._reach()
        empty(self._url)
        return replace(self._adapters, allowance=others.allowance)

    def _reach(self) -> None:
        """Waits until the database can be used; an earlier test may have restarted the server."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                self._adapters.tweets.frontier()
            except Unavailable:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return


def patiently(
    url: str, place: str, options: PostgresOptions, open_outside: OpenOutside | None = None
) -> PostgresStores:
    """Opens the stores for tests that are not about the waits of a busy machine."""
    return open_postgres(url, place, replace(options, patience=PATIENCE), open_outside)


@contextmanager
def on_postgres(url: str, **settings: str) -> Iterator[OnPostgres]:
    """Adapters on a database that has the schema."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "open_postgres", patiently)
        adapters = open_adapters(settings_of({"DATABASE_URL": url, **settings}))
    try:
        yield OnPostgres(url, adapters)
    finally:
        adapters.close()
