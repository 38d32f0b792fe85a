"""Nothing here runs: mypy reads it, and says whether each part fits the protocols of those who use it."""

from app.container import Clock
from app.testing import ManualClock
from infrastructure.clock import SystemClock
from infrastructure.events import fan_out
from infrastructure.events.event_queue import EventQueue
from infrastructure.memory.dead_letters import MemoryDeadLetters
from infrastructure.memory.follow_graph import MemoryFollowGraph
from infrastructure.memory.timelines import MemoryTimelines
from infrastructure.memory.tweets import MemoryTweets
from tests.contracts import ports
from usecases.deliver_tweet import DeliverTweet
from usecases.home_timeline import read
from usecases.home_timeline.prepare import PrepareHomeTimeline


def stores_in_memory(
    memory_tweets: MemoryTweets,
    memory_graph: MemoryFollowGraph,
    memory_timelines: MemoryTimelines,
    memory_dead_letters: MemoryDeadLetters,
    event_queue: EventQueue,
) -> None:
    _tweets: ports.Tweets = memory_tweets
    _graph: ports.FollowGraph = memory_graph
    _timelines: ports.Timelines = memory_timelines
    _dead_letters: ports.DeadLetters = memory_dead_letters
    _events: ports.Events = event_queue


def use_cases_that_others_use(deliver_tweet: DeliverTweet, prepare_home_timeline: PrepareHomeTimeline) -> None:
    _deliver: fan_out.Deliver = deliver_tweet
    _prepare: read.Preparation = prepare_home_timeline


def clocks(system_clock: SystemClock, manual_clock: ManualClock) -> None:
    _for_the_container: tuple[Clock, Clock] = (system_clock, manual_clock)
    _for_the_fan_out: tuple[fan_out.Clock, fan_out.Clock] = (system_clock, manual_clock)
