"""Text files, line by line."""

from collections.abc import Iterator
from pathlib import Path

from load.errors import LoadError


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file that are not blank, stripped, each with its number from 1.

    Raises `LoadError` when the file cannot be read, and when a line is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}.") from None
    # Not splitlines, which also breaks at the other line ends of Unicode: they may stand inside a tweet.
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            text = line.decode().strip()
        except UnicodeDecodeError:
            raise LoadError(f"{path}, line {number}: this is not UTF-8.") from None
        if text:
            yield number, text
