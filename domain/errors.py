"""The one family of errors that the domain and the use cases raise."""


class PerchError(Exception):
    """Something that Perch refuses; its text is a sentence for the caller."""


class InvalidInput(PerchError):
    """A value that can be read but not accepted."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class SelfFollow(PerchError):
    """Nobody follows themselves."""


class TweetNotFound(PerchError):
    """No tweet has this id, or no longer."""


class NotYourTweet(PerchError):
    """The tweet is somebody else's."""


class Unavailable(PerchError):
    """A store or a broker does not answer now; nothing was half done, and asking again may help."""

    def __init__(self, detail: str, retry_after_seconds: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Overloaded(Unavailable):
    """As many are served as may be at once; the others go on at their usual speed."""


class IdempotencyKeyInFlight(PerchError):
    """The first request with this key is not answered yet."""


class RateLimited(PerchError):
    """The user has written as often as they may for now."""

    def __init__(self, detail: str, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds
