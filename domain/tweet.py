"""Tweets and the rules of their text."""

import re
import unicodedata
from dataclasses import dataclass

from domain.errors import InvalidInput, NotYourTweet
from domain.tweet_id import created_at_ms

NFC_SHRINKS_BY = 4
"""At most; no code point has more than so many in its canonical decomposition."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tweet:
    """A short text that an author published once and for all."""

    id: int
    author_id: str
    text: str

    @property
    def created_at_ms(self) -> int:
        """When it was published, Unix time in milliseconds. The id says so, hence times are ordered like ids."""
        return created_at_ms(self.id)

    def check_may_delete(self, user_id: str) -> None:
        """Raises `NotYourTweet` unless the user is the author."""
        if user_id != self.author_id:
            raise NotYourTweet("Only its author may delete a tweet.")


def normalise_text(text: str, max_length: int) -> str:
    """The text as it is stored: in Unicode's NFC, without white space at either end.

    Raises `InvalidInput` when that is empty, longer than `max_length` code points, or holds a NUL or half of a
    surrogate pair.
    """
    if _UNSTORABLE.search(text):
        raise InvalidInput("text", "A tweet's text holds no NUL and no half of a surrogate pair.")
    text = text.strip()
    if len(text) > max_length * NFC_SHRINKS_BY:
        # Not left to NFC, which takes time that grows with the square of how many accents follow each other.
        raise InvalidInput("text", f"A tweet's text has at most {max_length} characters.")
    normalised = unicodedata.normalize("NFC", text).strip()
    if not normalised:
        raise InvalidInput("text", "A tweet's text is not blank.")
    if len(normalised) > max_length:
        raise InvalidInput(
            "text", f"A tweet's text has at most {max_length} characters, this one has {len(normalised)}."
        )
    return normalised
