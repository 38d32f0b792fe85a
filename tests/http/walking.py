"""Walking a list page by page."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tests.http.client import Client

NEXT = re.compile(r'<([^<>]*)>; rel="next"')


def walk(client: Client, target: str) -> Iterator[dict[str, Any]]:
    """The pages from this one to the last, by the `Link` header, which must name the same next page as the body."""
    following: str | None = target
    while following is not None:
        answer = client.get(following)
        assert answer.status == 200, answer.body
        page = answer.json()
        yield page
        following = _next(answer.headers.get("Link"), page["meta"]["next_cursor"])


def _next(link: str | None, cursor: str | None) -> str | None:
    if cursor is None:
        assert link is None
        return None
    match = NEXT.fullmatch(link or "")
    assert match is not None, link
    target = match[1]
    assert f"cursor={quote(cursor, safe='')}" in re.split("[?&]", target)
    return target
