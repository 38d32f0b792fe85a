"""The texts of the tweets: read from a file, or made up."""

import random
from pathlib import Path

from load.errors import LoadError
from load.lines import numbered_lines

MADE_TEXTS = 500

# One has an accent of its own, which the service joins with its letter.
_WHO = ("A gull", "The baker", "My sister", "Nobody", "Ren\u0065\u0301e")
_DOES = ("waits for", "paints", "forgets", "is fond of", "sings about")
_WHAT = ("the last train", "a grey morning", "their neighbours", "Zürich", "🐟 and chips")


def read_texts(path: Path) -> list[str]:
    """The lines of a UTF-8 file that are not blank.

    Raises `LoadError` when the file cannot be read, is not UTF-8, or has no such line.
    """
    texts = [text for _, text in numbered_lines(path)]
    if not texts:
        raise LoadError(f"{path} holds no tweet.")
    return texts


def make_texts(rng: random.Random) -> list[str]:
    """Some made-up tweets; some of them are equal."""
    return [" ".join(map(rng.choice, (_WHO, _DOES, _WHAT))) for _ in range(MADE_TEXTS)]
