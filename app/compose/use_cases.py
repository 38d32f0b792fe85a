"""Makes the use cases out of adapters."""

from collections.abc import Callable
from dataclasses import dataclass

from app.compose.adapters import Adapters
from app.settings import Settings
from domain.events import Event
from infrastructure.delivery.fan_out import ACTIVE_MAX
from infrastructure.streams.subscriptions import Subscriptions
from usecases.delete_tweet import DeleteTweet
from usecases.deliver_tweet import DeliverTweet
from usecases.discard_idle_timelines import DiscardIdleTimelines
from usecases.follow_user import FollowUser
from usecases.get_relationships import GetRelationships
from usecases.get_tweet import GetTweet
from usecases.get_user import GetUser
from usecases.home_timeline.looks import SeparateLooks
from usecases.home_timeline.prepare import PrepareHomeTimeline
from usecases.home_timeline.read import STALE_ENTRIES_MAX, ReadHomeTimeline
from usecases.home_timeline.stream import StreamHomeTimeline
from usecases.list_all_tweets import ListAllTweets
from usecases.list_dead_letters import ListDeadLetters
from usecases.list_follows import ListFollows
from usecases.list_user_tweets import ListUserTweets
from usecases.publish_tweet import PublishTweet
from usecases.redrive_dead_letters import RedriveDeadLetters
from usecases.unfollow_user import UnfollowUser


@dataclass(frozen=True, slots=True)
class Sizes:
    """The amounts of work done in one go. Tests make them small, so that every bound is within reach."""

    slice: int = 1000
    """Followers a slice: 0.1 to 0.3 ms in memory, short enough for readers to pass between two."""
    active: int = ACTIVE_MAX
    stale_entries: int = STALE_ENTRIES_MAX


@dataclass(frozen=True, slots=True)
class UseCases:
    """Everything that Perch does."""

    publish: PublishTweet
    get_tweet: GetTweet
    delete: DeleteTweet
    get_user: GetUser
    list_all_tweets: ListAllTweets
    list_tweets: ListUserTweets
    follow: FollowUser
    unfollow: UnfollowUser
    list_follows: ListFollows
    relationships: GetRelationships
    prepare: PrepareHomeTimeline
    read: ReadHomeTimeline
    stream: StreamHomeTimeline
    list_dead_letters: ListDeadLetters
    redrive: RedriveDeadLetters
    deliver: DeliverTweet
    discard_idle: DiscardIdleTimelines


def make_use_cases(
    settings: Settings,
    adapters: Adapters,
    subscriptions: Subscriptions,
    observe: Callable[[Event], None],
    sizes: Sizes = Sizes(),
) -> UseCases:
    """Each use case with the adapters that it needs; `observe` is told what happens."""
    tweets, graph, timelines, allowance = adapters.tweets, adapters.graph, adapters.timelines, adapters.allowance
    prepare = PrepareHomeTimeline(tweets, graph, timelines, observe, capacity=settings.timelines.timeline_capacity)
    looks = adapters.looks or SeparateLooks(tweets, graph, timelines)
    read = ReadHomeTimeline(looks, timelines, prepare, observe, stale_entries_max=sizes.stale_entries)
    return UseCases(
        publish=PublishTweet(
            tweets,
            adapters.events,
            adapters.announcements,
            allowance,
            observe,
            text_max_length=settings.api.tweet_max_length,
            pull_followers_threshold=settings.timelines.pull_followers_threshold,
        ),
        get_tweet=GetTweet(tweets),
        delete=DeleteTweet(tweets, adapters.announcements, allowance),
        get_user=GetUser(tweets, graph),
        list_all_tweets=ListAllTweets(tweets),
        list_tweets=ListUserTweets(tweets),
        follow=FollowUser(graph, allowance),
        unfollow=UnfollowUser(graph, allowance),
        list_follows=ListFollows(graph),
        relationships=GetRelationships(graph),
        prepare=prepare,
        read=read,
        stream=StreamHomeTimeline(read, tweets, subscriptions),
        list_dead_letters=ListDeadLetters(adapters.outbox),
        redrive=RedriveDeadLetters(adapters.outbox, observe),
        deliver=DeliverTweet(adapters.outbox, graph, timelines, adapters.clock.now_ms, observe, slice_size=sizes.slice),
        discard_idle=DiscardIdleTimelines(timelines, observe),
    )
