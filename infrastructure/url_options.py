"""The options behind the question mark of an engine's address."""

from urllib.parse import parse_qsl


def options_of(query: str) -> dict[str, str]:
    """Returns the options with their percent signs resolved. A plus is a plus, as passwords have it."""
    return dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
