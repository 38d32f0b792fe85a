"""The ports: what one adapter must be to all its users together."""

from collections.abc import Callable
from typing import Protocol

from domain.events import Event
from infrastructure.delivery import fan_out, worker
from infrastructure.events import taken
from infrastructure.metrics import work
from infrastructure.streams import listener
from usecases import (
    delete_tweet,
    deliver_tweet,
    discard_idle_timelines,
    follow_user,
    get_relationships,
    get_tweet,
    get_user,
    list_all_tweets,
    list_dead_letters,
    list_follows,
    list_user_tweets,
    publish_tweet,
    redrive_dead_letters,
    unfollow_user,
)
from usecases.home_timeline import looks
from usecases.home_timeline import ports as home_timeline

Observe = Callable[[Event], None]
"""What is told of everything that happens."""


class Tweets(
    publish_tweet.Tweets,
    get_tweet.Tweets,
    delete_tweet.Tweets,
    get_user.Tweets,
    list_user_tweets.Tweets,
    list_all_tweets.Tweets,
    home_timeline.Tweets,
    looks.Tweets,
    Protocol,
):
    """Tweets, author logs and unpushed tweets."""


class Outbox(
    deliver_tweet.Outbox,
    redrive_dead_letters.Outbox,
    list_dead_letters.Outbox,
    fan_out.Outbox,
    worker.Outbox,
    work.Outbox,
    Protocol,
):
    """The tweets that are not in all their followers' timelines yet: waiting, retrying or dead."""


class FollowGraph(
    follow_user.FollowGraph,
    unfollow_user.FollowGraph,
    deliver_tweet.Followers,
    get_user.FollowGraph,
    get_relationships.FollowGraph,
    list_follows.FollowGraph,
    home_timeline.FollowGraph,
    looks.FollowGraph,
    Protocol,
):
    """Both directions of every follow."""


class Timelines(
    deliver_tweet.Timelines, home_timeline.Timelines, discard_idle_timelines.Timelines, work.Timelines, Protocol
):
    """Prepared timelines, which are thrown away when nobody reads them."""


class Looks(home_timeline.Looks, Protocol):
    """What a read of a home timeline asks for."""


class Events(publish_tweet.Events, work.Hints, Protocol):
    """Hints for the fan-out: the side that sends."""


class EventSource(taken.EventSource, work.Hints, Protocol):
    """Hints for the fan-out: the side that takes."""


class Announcements(publish_tweet.Announcements, delete_tweet.Announcements, listener.Announcements, Protocol):
    """New and deleted tweets for the streams, with the side that sends and the side that takes."""
