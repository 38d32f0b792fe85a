"""The errors that the domain and the use cases raise. All are subclasses of `PerchError`."""


class PerchError(Exception):
    """A request that Perch refuses. The text is a sentence for the caller."""


class InvalidInput(PerchError):
    """A well-formed value that is not accepted. `field` names it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class SelfFollow(PerchError):
    """A user tried to follow themselves."""


class TweetNotFound(PerchError):
    """There is no tweet with this id: it never existed, or it was deleted."""


class NotYourTweet(PerchError):
    """The tweet belongs to another author."""


class Unavailable(PerchError):
    """A store or a broker does not respond now. Nothing was half done, and a retry may succeed."""

    def __init__(self, detail: str, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Overloaded(Unavailable):
    """The limit on concurrent requests or streams is reached. Those under way are not slowed down."""


class RateLimited(PerchError):
    """The user has spent all `limit` writes of the current window."""

    def __init__(self, detail: str, limit: int, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.limit = limit
        self.retry_after_seconds = retry_after_seconds
