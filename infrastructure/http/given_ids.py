"""The check of tweet ids that clients send back to go on from there."""

from collections.abc import Callable

from domain.tweet_id import is_far_ahead
from infrastructure.http.problems import invalid


class GivenIds:
    """Refuses ids that Perch cannot have given, because tweets with smaller ids would never be returned."""

    def __init__(self, now_ms: Callable[[], int], frontier: Callable[[], int]) -> None:
        """`frontier` returns the largest id that Perch gives."""
        self._now_ms = now_ms
        self._frontier = frontier

    def check(self, tweet_id: int, **where: str) -> None:
        """Raises a `Problem` if the id is more than a day ahead of the clock; `where` names the input.

        Where the clock was set back, the ids given before are ahead of it, and are accepted nevertheless.
        """
        if is_far_ahead(tweet_id, self._now_ms()) and tweet_id > self._frontier():
            raise invalid("The time of this id is more than a day ahead.", **where)
