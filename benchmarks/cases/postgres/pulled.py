"""A page for somebody who follows many whose tweets are pulled, against one for somebody who follows none of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import LiteralString

from benchmarks.cases.postgres.worlds import FIRST_MS, LAST_ID, environment, name_of, reader_among, tidy, whole_perch
from benchmarks.cases.reads import PAGE_1, read
from benchmarks.engines import database
from benchmarks.figure import Figure, at_most, plain, ratio
from benchmarks.turns import ROUNDS, in_turns
from benchmarks.worlds import READER, follow_all
from cluster.engines.postgres import PostgresServer

STARS = [f"star-{number}" for number in range(50)]
FEW = 10_000
EACH = 1000
"""The tweets of each of them, which lie among those of others."""

REPEAT = 100

PULLED: LiteralString = """
    WITH added AS (
        INSERT INTO tweets
        SELECT
            ((%s::bigint + number / 5) << 22) + 1 + number %% 5,
            'star-' || number %% 50,
            'A tweet of a usual length, which is about as long as this one is, number ' || number
        FROM generate_series(0, 50 * %s::bigint - 1) AS number
        RETURNING id, author_id
    )
    INSERT INTO unpushed (tweet_id, author_id) SELECT id, author_id FROM added
"""


def measure(server: PostgresServer) -> Iterator[Figure]:
    """Yields the ratio and the difference."""
    with ExitStack() as stack:
        works = []
        for stars in (STARS, []):
            url = stack.enter_context(database(server))
            reader_among(server, url, "postgresql", FEW)
            parts = stack.enter_context(whole_perch(environment(url)))
            follow_all(parts, [READER], stars)
            parts.perch.use_cases.prepare.execute(READER)
            server.execute(PULLED, FIRST_MS, EACH, database=name_of(url))
            server.execute(LAST_ID, database=name_of(url))
            tidy(server, name_of(url))
            works.append(read(parts))
        pulled, none = in_turns(works, repeat=REPEAT, rounds=ROUNDS)
    name = f"{PAGE_1} by prepared timelines, {len(STARS)} more authors pulled"
    yield ratio(name, pulled, "none pulled", none, "µs")
    more = [(one - other) / 1000 for one, other in zip(pulled, none, strict=True)]
    yield plain(f"{name}: extra time", more, "ms", at_most(3), "none pulled")
