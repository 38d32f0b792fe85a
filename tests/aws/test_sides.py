"""Both sides of the hints: what is published comes, what is done is deleted, what is in hand is nobody else's."""

import time

import pytest

from cluster.engines.own_moto import OwnMoto
from domain.errors import Unavailable
from domain.events import TweetCreated
from infrastructure.aws.address import Address
from infrastructure.aws.opening import open_taking, prepare
from infrastructure.aws.session import Missing
from infrastructure.aws.taking import WAITING_MAX
from infrastructure.events.broker import Broker
from infrastructure.events.codec import encode
from infrastructure.events.taken import Taken
from infrastructure.outside.circuit import NoAnswer
from tests.engines.until import until
from tests.fakes.aws import found_by_boto3, patient, queues, sending, taking, url_of

SECONDS = 30.0
SHORT_VISIBILITY = 2
STOP_SECONDS = 8.0
EMPTY = {"visible": 0, "taken": 0}


def hint(tweet_id: int) -> TweetCreated:
    return TweetCreated(tweet_id, "alice", f"trace-{tweet_id}")


def take(broker: Broker) -> Taken:
    taken = broker.source.take(SECONDS)
    assert taken is not None
    return taken


def bodies(*tweet_ids: int) -> list[str]:
    return [encode(hint(tweet_id)).decode() for tweet_id in tweet_ids]


def test_a_hint_comes_through_the_topic_and_is_deleted_when_it_is_done(moto: OwnMoto, address: Address) -> None:
    with patient(), sending(address) as serve, taking(address) as work:
        for tweet_id in range(1, 26):
            serve.events.hint(hint(tweet_id))
        taken = [take(work) for _ in range(25)]
        assert sorted(each.event.tweet_id for each in taken) == list(range(1, 26))
        assert taken[0].event == hint(taken[0].event.tweet_id)
        assert moto.depth(address.queue)["taken"] == 25
        for each in taken:
            work.source.done(each)
        until(lambda: moto.depth(address.queue) == EMPTY)
        until(lambda: serve.events.counts().sent == 25)


def test_what_is_in_hand_is_kept_from_others_for_as_long_as_it_takes(moto: OwnMoto, address: Address) -> None:
    moto.send(address.queue, *bodies(1, 2))
    with taking(address, visibility_seconds=SHORT_VISIBILITY) as slow:
        first = take(slow)
        with taking(address, visibility_seconds=SHORT_VISIBILITY) as other:
            assert other.source.take(3.0 * SHORT_VISIBILITY) is None
            slow.source.done(first)
            slow.source.done(take(slow))
            until(lambda: moto.depth(address.queue) == EMPTY)


def test_a_stop_lets_others_have_what_is_in_hand_at_once(moto: OwnMoto, address: Address) -> None:
    moto.send(address.queue, *bodies(1, 2, 3))
    with taking(address) as stopped:
        take(stopped)
        until(lambda: stopped.source.counts().depth == 2)
        began = time.monotonic()
    assert time.monotonic() - began < STOP_SECONDS
    assert moto.depth(address.queue) == {"visible": 3, "taken": 0}


def test_a_connection_that_the_server_closed_meanwhile_is_no_error(moto: OwnMoto, address: Address) -> None:
    with queues(address) as (main, dead):
        assert (main.depth(), dead.depth()) == (0, 0)
        moto.restart()
        prepare(url_of(address))
        assert (main.depth(), dead.depth()) == (0, 0)


def test_errors_say_what_is_wrong(moto: OwnMoto, address: Address) -> None:
    with queues(address) as (main, _), queues(moto.new_address()) as (missing, _):
        with pytest.raises(Missing, match=r"SQS refuses: .*does not exist"):
            missing.receive(1)
        main.url()
        moto.pause()
        with pytest.raises(NoAnswer, match=r"SQS does not answer: "):
            main.depth()
        moto.mend()
        moto.kill()
        with pytest.raises(Unavailable, match=r"SQS cannot be asked: "):
            main.depth()


def test_what_was_done_before_a_stop_is_deleted(moto: OwnMoto, address: Address) -> None:
    moto.send(address.queue, *bodies(1))
    with taking(address) as work:
        work.source.done(take(work))
    assert moto.depth(address.queue) == EMPTY


def test_a_process_takes_no_more_than_it_can_hold(moto: OwnMoto, address: Address) -> None:
    count = WAITING_MAX + 50
    moto.send(address.queue, *bodies(*range(1, count + 1)))
    with taking(address) as work:
        until(lambda: work.source.counts().depth == WAITING_MAX)
        assert moto.depth(address.queue) == {"visible": count - WAITING_MAX, "taken": WAITING_MAX}
        for _ in range(count):
            work.source.done(take(work))
        until(lambda: moto.depth(address.queue) == EMPTY)


def test_hinting_never_waits_and_a_full_queue_drops(moto: OwnMoto, address: Address) -> None:
    with sending(address, capacity=5) as serve:
        moto.pause()
        began = time.monotonic()
        for tweet_id in range(1, 1001):
            serve.events.hint(hint(tweet_id))
        assert time.monotonic() - began < 1.0
        assert serve.events.counts().dropped >= 1000 - 5 - 10
        until(lambda: serve.events.counts().dropped == 1000)


@pytest.mark.parametrize(
    "url", ["sqs://", "sqs://eu-central-1", "sqs://eu-central-1/", "sqs://eu-central-1/a/b", "sqs://user:pw@x/y"]
)
def test_a_bad_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"must be sqs:// with a region and a queue"):
        open_taking(url, 10)


def test_a_missing_queue_is_told_at_the_start(moto: OwnMoto) -> None:
    with found_by_boto3(moto), pytest.raises(ValueError, match=r"eu-west-1 has no perch-test-\d+; run `python -m app"):
        open_taking(url_of(moto.new_address()), 10)
