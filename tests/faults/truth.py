"""What must and what may be in a timeline while its authors write, judged by when each write began and was answered."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from tests.faults.spans import NEVER, WINDOW_SECONDS, Faults, Published, Span


class Truth:
    """The tweets and follows of all users. One user's writes come one after the other; the lock protects everything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tweets: dict[str, Published] = {}
        self._follows: dict[tuple[str, str], list[Span]] = defaultdict(list)
        self.faults = Faults()

    # What the writers tell.

    def publishing(self, author: str, text: str) -> None:
        with self._lock:
            self._tweets[text] = Published(time.monotonic(), author=author)

    def published(self, text: str, tweet_id: int) -> None:
        with self._lock:
            tweet = self._tweets[text]
            tweet.there_at, tweet.tweet_id = time.monotonic(), tweet_id

    def deleting(self, text: str) -> None:
        with self._lock:
            self._tweets[text].ending_at = time.monotonic()

    def deleted(self, text: str) -> None:
        with self._lock:
            self._tweets[text].gone_at = time.monotonic()

    def following(self, follower: str, followee: str) -> None:
        with self._lock:
            self._follows[follower, followee].append(Span(time.monotonic()))

    def followed(self, follower: str, followee: str) -> None:
        with self._lock:
            self._follows[follower, followee][-1].there_at = time.monotonic()

    def unfollowing(self, follower: str, followee: str) -> None:
        with self._lock:
            self._follows[follower, followee][-1].ending_at = time.monotonic()

    def unfollowed(self, follower: str, followee: str) -> None:
        with self._lock:
            self._follows[follower, followee][-1].gone_at = time.monotonic()

    # What is known once nobody writes.

    def tweets_of(self, author: str) -> dict[str, int]:
        """The texts that this author published and did not delete, each with its id."""
        with self._lock:
            return {text: tweet.tweet_id for text, tweet in self._live() if tweet.author == author}

    def timeline_of(self, user: str) -> list[int]:
        """All ids of the user's timeline, newest first: the oracle."""
        followees = self.followees_of(user)
        with self._lock:
            return sorted((tweet.tweet_id for _, tweet in self._live() if tweet.author in followees), reverse=True)

    def followees_of(self, user: str) -> set[str]:
        with self._lock:
            spans = [(followee, each[-1]) for (follower, followee), each in self._follows.items() if follower == user]
        return {followee for followee, span in spans if span.ending_at == NEVER}

    def followers_of(self, user: str) -> set[str]:
        with self._lock:
            spans = [(follower, each[-1]) for (follower, followee), each in self._follows.items() if followee == user]
        return {follower for follower, span in spans if span.ending_at == NEVER}

    def ever(self) -> list[tuple[str, int]]:
        """The texts of all tweets that ever were, each with its id."""
        with self._lock:
            return [(text, tweet.tweet_id) for text, tweet in self._tweets.items()]

    def ids(self) -> tuple[set[int], set[int]]:
        """The ids of all tweets that are there, and of all that ever were."""
        with self._lock:
            return {tweet.tweet_id for _, tweet in self._live()}, {tweet.tweet_id for tweet in self._tweets.values()}

    def _live(self) -> Iterator[tuple[str, Published]]:
        return ((text, tweet) for text, tweet in self._tweets.items() if tweet.ending_at == NEVER)

    # What a reader saw.

    def judge(
        self, reader: str, began_at: float, ended_at: float, tweets: Sequence[tuple[int, str]], *, is_last: bool
    ) -> None:
        """Compares a first page, of ids and texts, with what must and what may be on it."""
        ids = [tweet_id for tweet_id, _ in tweets]
        lowest = 0 if is_last else min(ids)
        with self._lock:
            self.faults.reads += 1
            if ids != sorted(ids, reverse=True):
                self.faults.note("doubled", f"the order {ids}")
            for tweet_id, text in tweets:
                self._judge_one(reader, began_at, ended_at, tweet_id, text)
            shown = Counter(text for _, text in tweets)
            for text in (text for text, times in shown.items() if times > 1):
                self.faults.note("doubled", f"{text} for {reader}")
            must = {
                text: tweet
                for text, tweet in self._tweets.items()
                if tweet.tweet_id >= lowest
                and tweet.surely_during(began_at, ended_at)
                and self._follows_surely(reader, tweet.author, began_at, ended_at)
            }
            for text in must.keys() - shown:
                self._absent(reader, must[text], began_at)

    def _absent(self, reader: str, tweet: Published, began_at: float) -> None:
        seconds = began_at - tweet.there_at
        if seconds < WINDOW_SECONDS:
            self.faults.held_back += 1
            self.faults.held_back_seconds = max(self.faults.held_back_seconds, seconds)
        else:
            self.faults.note("missing", f"{tweet.tweet_id} by {tweet.author} for {reader} after {seconds:.1f} s")

    def _judge_one(self, reader: str, began_at: float, ended_at: float, tweet_id: int, text: str) -> None:
        tweet = self._tweets.get(text)
        if tweet is not None and tweet.tweet_id not in (0, tweet_id):
            self.faults.note("doubled", f"{text} as {tweet_id} and {tweet.tweet_id}")
        elif (
            tweet is None
            or not tweet.maybe_during(began_at, ended_at)
            or not any(span.maybe_during(began_at, ended_at) for span in self._follows.get((reader, tweet.author), ()))
        ):
            self.faults.note("ghosts", f"{text} ({tweet_id}) for {reader}")

    def _follows_surely(self, reader: str, author: str, began_at: float, ended_at: float) -> bool:
        return any(span.surely_during(began_at, ended_at) for span in self._follows.get((reader, author), ()))

    def check_given(self, given: Collection[int]) -> None:
        """What a poller or a stream was given, who follows everybody all the while, is everything, each once."""
        there, ever = self.ids()
        with self._lock:
            for tweet_id, times in Counter(given).items():
                if times > 1:
                    self.faults.note("doubled", f"{tweet_id} was given again", times - 1)
            for tweet_id in set(given) - ever:
                self.faults.note("ghosts", f"{tweet_id} was given")
            for tweet_id in there - set(given):
                self.faults.note("missing", f"{tweet_id} was never given")
