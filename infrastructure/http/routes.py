"""How routes are named to those outside."""

import functools
import re


@functools.cache
def path_of(rule: str) -> str:
    """The path of a URL rule as the OpenAPI document writes it; `me` stays, for that is how to call it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.replace("<me>", "me"))
