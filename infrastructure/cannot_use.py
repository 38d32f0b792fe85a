"""The error of a start."""


class CannotUse(Exception):
    """What a setting names cannot be used as it is; the text is one sentence that says why."""
