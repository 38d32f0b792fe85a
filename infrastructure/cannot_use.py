"""The error of a start."""


class CannotUse(Exception):
    """What a setting names cannot be used as it is; the text is one sentence that says why."""


def in_one_line(error: Exception) -> str:
    """Returns the text of an error for the middle of a sentence: in one line, without a full stop."""
    return " ".join(str(error).split()).rstrip(".")
