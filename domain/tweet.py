"""Tweets, and the rules for their text."""

import re
import unicodedata
from dataclasses import dataclass

from domain.errors import InvalidInput, NotYourTweet
from domain.tweet_id import created_at_ms

NFC_SHRINKS_BY = 4
"""The largest factor by which NFC shortens a text: no code point decomposes into more than 4 code points."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

SHOWS_NOTHING = re.compile(
    r"[\s\0-\x1f\x7f-\x9f"
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    r"\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    r"\u2800\U00013441\U00013442\U00016fe4\U0001d159]*"
)
"""Matches a text of white space, control codes, and characters without a visible form.

The second and third line are Default_Ignorable_Code_Point (https://www.unicode.org/reports/tr44/, Unicode 17.0,
DerivedCoreProperties.txt). The last line has the characters that are blank by their names in UnicodeData.txt: Braille
pattern blank, Egyptian hieroglyph full and half blank, Khitan small script filler, musical symbol null notehead.
"""


@dataclass(frozen=True, slots=True)
class Tweet:
    """A short text that an author published. It never changes."""

    id: int
    author_id: str
    text: str

    @property
    def created_at_ms(self) -> int:
        """The time of publication, Unix time in milliseconds. It comes from the id, so times are ordered like ids."""
        return created_at_ms(self.id)

    def check_may_delete(self, user_id: str) -> None:
        """Raises `NotYourTweet` unless the user is the author."""
        if user_id != self.author_id:
            raise NotYourTweet("Only its author may delete a tweet.")


def normalise_text(text: str, max_length: int) -> str:
    """Returns the text as it is stored: in Unicode's NFC, without white space at either end.

    Raises `InvalidInput` if the result shows nothing or is longer than `max_length` code points, or if the text
    contains a NUL or a lone surrogate.
    """
    if _UNSTORABLE.search(text):
        raise InvalidInput("text", "A tweet's text must not contain a NUL or a lone surrogate.")
    text = text.strip()
    if len(text) > max_length * NFC_SHRINKS_BY:
        # Checked before NFC, whose time grows with the square of the number of accents in a row.
        raise InvalidInput("text", f"A tweet's text has at most {max_length} characters.")
    normalised = unicodedata.normalize("NFC", text).strip()
    if SHOWS_NOTHING.fullmatch(normalised):
        raise InvalidInput("text", "A tweet's text is not blank.")
    if len(normalised) > max_length:
        raise InvalidInput(
            "text", f"A tweet's text has at most {max_length} characters, this one has {len(normalised)}."
        )
    return normalised
