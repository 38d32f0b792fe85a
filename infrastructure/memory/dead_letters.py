"""Dead letters in memory."""

import threading
from collections import OrderedDict
from collections.abc import Collection
from heapq import nlargest

from domain.events import TweetDeadLettered
from infrastructure.counts import DeadLetterCounts


class MemoryDeadLetters:
    """The newest `capacity` dead letters, by tweet id. The lock protects the dict and the count."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._letters: OrderedDict[int, TweetDeadLettered] = OrderedDict()
        self._dropped = 0

    def put(self, letter: TweetDeadLettered) -> None:
        """Keeps a dead letter; over the capacity the oldest are dropped."""
        with self._lock:
            self._letters[letter.tweet_id] = letter
            self._letters.move_to_end(letter.tweet_id)
            while len(self._letters) > self._capacity:
                self._letters.popitem(last=False)
                self._dropped += 1

    def before(self, tweet_id: int, limit: int) -> list[TweetDeadLettered]:
        """At most `limit` dead letters of smaller tweet ids, newest tweet first."""
        with self._lock:
            older = [id_ for id_ in self._letters if id_ < tweet_id]
            return [self._letters[id_] for id_ in nlargest(limit, older)]

    def find(self, tweet_ids: Collection[int] | None) -> list[TweetDeadLettered]:
        """The dead letters of these tweets, or all of them, in the order they were put; each once."""
        with self._lock:
            wanted = list(self._letters) if tweet_ids is None else dict.fromkeys(tweet_ids)
            letters = [self._letters.get(tweet_id) for tweet_id in wanted]
        return [letter for letter in letters if letter is not None]

    def remove(self, letter: TweetDeadLettered) -> bool:
        """Removes this very letter, as it was found; False when it is gone, or a newer one is in its place."""
        with self._lock:
            if self._letters.get(letter.tweet_id) is not letter:
                return False
            del self._letters[letter.tweet_id]
            return True

    def counts(self) -> DeadLetterCounts:
        with self._lock:
            return DeadLetterCounts(len(self._letters), self._dropped)
