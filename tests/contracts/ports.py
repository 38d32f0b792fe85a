"""What one adapter must be to all its users together."""

from collections import Counter
from typing import Protocol

from domain.events import TweetCreated, TweetDeadLettered
from infrastructure.events import fan_out
from infrastructure.metrics import collector
from usecases import (
    delete_tweet,
    deliver_tweet,
    follow_user,
    get_relationships,
    get_tweet,
    get_user,
    list_followers,
    list_following,
    list_user_tweets,
    publish_tweet,
    redrive_dead_letters,
    unfollow_user,
)
from usecases.home_timeline import ports as home_timeline


class Tweets(
    publish_tweet.Tweets,
    get_tweet.Tweets,
    delete_tweet.Tweets,
    deliver_tweet.Tweets,
    get_user.Tweets,
    list_user_tweets.Tweets,
    home_timeline.Tweets,
    fan_out.Tweets,
    collector.Tweets,
    Protocol,
):
    """Tweets, author logs, unpushed and unqueued tweets."""


class FollowGraph(
    follow_user.FollowGraph,
    unfollow_user.FollowGraph,
    publish_tweet.Followers,
    deliver_tweet.Followers,
    get_user.FollowGraph,
    get_relationships.FollowGraph,
    list_followers.FollowGraph,
    list_following.FollowGraph,
    home_timeline.FollowGraph,
    Protocol,
):
    """Both directions of every follow."""


class Timelines(deliver_tweet.Timelines, home_timeline.Timelines, collector.Timelines, Protocol):
    """Prepared timelines, which go when nobody reads them."""

    def discard_idle(self) -> int: ...


class DeadLetters(fan_out.DeadLetters, redrive_dead_letters.DeadLetters, collector.DeadLetters, Protocol):
    """Events that could not be delivered."""

    def before(self, tweet_id: int, limit: int) -> list[TweetDeadLettered]: ...


class Events(publish_tweet.Events, redrive_dead_letters.Events, collector.Events, Protocol):
    """The bounded queue, with the side that the fan-out sees."""

    def has_room(self) -> bool: ...

    def take(self, timeout: float) -> TweetCreated | None: ...

    def done(self, event: TweetCreated) -> None: ...

    def taken(self) -> "Counter[TweetCreated]": ...

    def wake(self) -> None: ...

    def unfinished(self) -> int: ...

    def oldest_unfinished(self) -> int | None: ...
