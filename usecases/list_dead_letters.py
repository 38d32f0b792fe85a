"""List dead letters."""

from dataclasses import dataclass
from typing import Protocol

from domain.events import TweetDeadLettered
from usecases.page import NEWEST, Page, cut


@dataclass(frozen=True, slots=True)
class ListDeadLettersRequest:
    limit: int
    before: int = NEWEST


class Outbox(Protocol):
    def dead_before(self, tweet_id: int, limit: int) -> list[TweetDeadLettered]:
        """Returns at most `limit` dead letters with smaller tweet ids, newest tweet first."""


class ListDeadLetters:
    """Lists dead letters page by page, newest tweet first."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def execute(self, request: ListDeadLettersRequest) -> Page[TweetDeadLettered]:
        letters = self._outbox.dead_before(request.before, request.limit + 1)
        return cut(letters, request.limit, position=lambda letter: letter.tweet_id)
