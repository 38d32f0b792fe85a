"""Hints through Kafka: their rate, the time until the push, and what publishing costs without a broker."""

import bisect
import time
from collections.abc import Iterator
from itertools import count

from confluent_kafka import Producer

from benchmarks.cases.postgres.worlds import TEXT, environment
from benchmarks.engines import database, running_kafka, running_postgres, why_no_kafka
from benchmarks.figure import Figure, LeftOut, Row, at_least, at_most, plain, ratio
from benchmarks.open_loop import OpenLoop, percentile
from benchmarks.service import Service, request, running_service, running_worker
from cluster.engines.own_kafka import OwnKafka
from cluster.engines.postgres import PostgresServer
from cluster.scrapes import samples
from domain.events import TweetCreated
from infrastructure.events.codec import encode
from infrastructure.kafka.address import KafkaAddress, parse
from infrastructure.kafka.sending import KafkaEvents
from infrastructure.kafka.topics import make_topics

HINTS = 20_000
HINT_ROUNDS = 7
HINT = TweetCreated(1 << 60, "author-1", "4bf92f3577b34da6a3ce929d0e0e4736")
CAPACITY = 100_000
FLUSH_SECONDS = 30.0

RATE = 100.0
SECONDS = 5.0
ROUNDS = 3
CONNECTIONS = 16
AUTHORS = 50
PUBLISHES = [
    request("POST", "/v1/tweets", f"author-{number}", f'{{"text": "{TEXT}"}}'.encode()) for number in range(AUTHORS)
]
TIMELINE = request("GET", "/v1/users/me/timeline", "reader")
PUSHED = "perch_tweet_pushed_seconds"
SETTLE_SECONDS = 2.0


def measure() -> Iterator[Row]:
    """Yields the rate of hints, the time to the push, and publishing with the broker well and down."""
    why = why_no_kafka()
    if why is not None:
        yield LeftOut("Kafka", why)
        return
    with running_postgres() as server, running_kafka() as kafka:
        yield from hints(kafka)
        yield from pushes(server, kafka)
        yield publishes(server, kafka)


def hints(kafka: OwnKafka, rounds: int = HINT_ROUNDS) -> Iterator[Figure]:
    """Yields the hints a second until the broker has all, against a bare producer with the same bytes and settings."""
    address = _topics(kafka)
    events = KafkaEvents(address, CAPACITY)
    bare = Producer({"bootstrap.servers": kafka.servers, "enable.idempotence": True, "linger.ms": 0})
    by_perch, reported, unreported = [], [], []
    for _ in range(rounds + 1):
        by_perch.append(_hinted_a_second(events))
        reported.append(_produced_a_second(bare, address))
        unreported.append(_produced_a_second(bare, address, reports=False))
    events.close()
    # The first round makes the connections.
    for yardstick, of_bare, bound in (
        ("bare confluent-kafka", reported, at_least(0.5)),
        ("bare confluent-kafka, without reports", unreported, None),
    ):
        yield ratio("hints: rate", by_perch[1:], yardstick, of_bare[1:], "/s", bound)


def _hinted_a_second(events: KafkaEvents) -> float:
    before = events.counts().sent
    started = time.perf_counter()
    for _ in range(HINTS):
        events.hint(HINT)
    while events.counts().sent < before + HINTS:
        time.sleep(0.001)
    return HINTS / (time.perf_counter() - started)


def _produced_a_second(producer: Producer, address: KafkaAddress, *, reports: bool = True) -> float:
    body = encode(HINT)
    report = _ignore if reports else None
    started = time.perf_counter()
    for _ in range(HINTS):
        producer.produce(address.topic, body, HINT.author_id, on_delivery=report)
        producer.poll(0)
    if producer.flush(FLUSH_SECONDS):
        raise RuntimeError("the broker did not take all")
    return HINTS / (time.perf_counter() - started)


def _ignore(_error: object, _message: object) -> None:
    """A report of a delivery, which whoever wants to know of losses has to take."""


def pushes(server: PostgresServer, kafka: OwnKafka) -> Iterator[Figure]:
    """Yields percentiles of the time from a publish to the push into its one follower's timeline, by the worker."""
    address = _topics(kafka)
    with database(server) as url:
        settings = environment(url, EVENTS_URL=_url(kafka, address))
        with running_service(**settings) as serve, running_worker(**settings) as work:
            for number in range(AUTHORS):
                serve.ask(request("PUT", f"/v1/users/me/following/author-{number}", "reader"))
            serve.ask(TIMELINE)
            _load(serve, SECONDS)
            before = _buckets(work)
            _load(serve, 2 * SECONDS)
            buckets = {bound: value - before[bound] for bound, value in _buckets(work).items()}
    for name, share, bound in (("p50", 0.5, at_most(10)), ("p99", 0.99, at_most(100))):
        yield plain(f"publish to pushed at {RATE:g}/s: {name}", [_quantile(buckets, share) * 1000], "ms", bound)


def publishes(server: PostgresServer, kafka: OwnKafka) -> Figure:
    """Returns the p99 of publishing with the broker down, against that with it well."""
    address = _topics(kafka)
    down, well = [], []
    with database(server) as url:
        settings = environment(url, EVENTS_URL=_url(kafka, address))
        with running_service(**settings) as serve:
            _load(serve, SECONDS)
            for _ in range(ROUNDS):
                well.append(_load(serve, SECONDS) * 1000)
                kafka.kill()
                time.sleep(SETTLE_SECONDS)
                down.append(_load(serve, SECONDS) * 1000)
                kafka.start()
                time.sleep(SETTLE_SECONDS)
    return ratio(f"publish at {RATE:g}/s without a broker: p99", down, "with it", well, "ms", at_most(1.5))


def _load(serve: Service, seconds: float) -> float:
    """Publishes at the rate; returns the p99 of the answers in seconds."""
    outcomes = OpenLoop(serve.port, PUBLISHES, RATE, seconds, CONNECTIONS).run()
    if any(outcome.status != 201 for outcome in outcomes):
        raise RuntimeError("a publish was refused")
    return percentile([outcome.seconds for outcome in outcomes], 0.99)


def _buckets(work: Service) -> dict[float, float]:
    """Returns the cumulated counts of the histogram of pushes by upper bound."""
    _, _, body = work.ask(request("GET", "/metrics", "")).partition(b"\r\n\r\n")
    name = PUSHED + '_bucket{le="'
    found = {key: value for key, value in samples(body.decode()).items() if key.startswith(name)}
    return {float(key.removeprefix(name).removesuffix('"}')): value for key, value in found.items()}


def _quantile(buckets: dict[float, float], share: float) -> float:
    """Returns the quantile as Prometheus estimates it: evenly spread within a bucket."""
    bounds = sorted(buckets)
    counts = [buckets[bound] for bound in bounds]
    wanted = share * counts[-1]
    at = bisect.bisect_left(counts, wanted)
    low_bound, low_count = (bounds[at - 1], counts[at - 1]) if at else (0.0, 0.0)
    inside = counts[at] - low_count
    return low_bound + (bounds[at] - low_bound) * ((wanted - low_count) / inside if inside else 1.0)


_prefixes = map("bench-{}".format, count())


def _topics(kafka: OwnKafka) -> KafkaAddress:
    """Makes new topics."""
    address = parse(kafka.url(next(_prefixes), partitions=6))
    make_topics(address)
    return address


def _url(kafka: OwnKafka, address: KafkaAddress) -> str:
    return kafka.url(address.prefix.rstrip("."), partitions=address.partitions)
