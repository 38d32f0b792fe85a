"""List dead letters."""

from dataclasses import dataclass
from typing import Protocol

from domain.events import TweetDeadLettered
from usecases.page import NEWEST, Page, cut


@dataclass(frozen=True, slots=True)
class ListDeadLettersRequest:
    limit: int
    before: int = NEWEST


class DeadLetters(Protocol):
    def before(self, tweet_id: int, limit: int) -> list[TweetDeadLettered]:
        """At most `limit` dead letters of smaller tweet ids, newest tweet first."""


class ListDeadLetters:
    """One page of dead letters, newest tweet first."""

    def __init__(self, dead_letters: DeadLetters) -> None:
        self._dead_letters = dead_letters

    def execute(self, request: ListDeadLettersRequest) -> Page[TweetDeadLettered]:
        letters = self._dead_letters.before(request.before, request.limit + 1)
        return cut(letters, request.limit, position=lambda letter: letter.tweet_id)
