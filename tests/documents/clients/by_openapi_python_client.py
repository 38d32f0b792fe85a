"""Publishes, follows, walks a timeline and asks for relationships with the client of openapi-python-client.

`by_openapi_python_client.py URL` prints as JSON what the answers hold.
"""

import json
import sys
from collections.abc import Iterator

from perch_client import AuthenticatedClient
from perch_client.api.follows import follow_user, relationships
from perch_client.api.timeline import home_timeline
from perch_client.api.tweets import publish_tweet
from perch_client.models import PublishTweetBody, Relationships, TimelinePage, Tweet
from perch_client.types import UNSET

IdAndText = tuple[str, str]


def client(url: str, user: str) -> AuthenticatedClient:
    return AuthenticatedClient(
        url, token=user, prefix="", auth_header_name="X-User-Id", raise_on_unexpected_status=True
    )


def publish(alice: AuthenticatedClient, text: str) -> IdAndText:
    tweet = publish_tweet.sync(client=alice, body=PublishTweetBody(text=text))
    assert isinstance(tweet, Tweet), tweet
    return tweet.id, tweet.text


def walk(bob: AuthenticatedClient) -> Iterator[list[IdAndText]]:
    cursor = UNSET
    while cursor is not None:
        page = home_timeline.sync(client=bob, limit=2, cursor=cursor)
        assert isinstance(page, TimelinePage), page
        yield [(tweet.id, tweet.text) for tweet in page.data]
        cursor = page.meta.next_cursor


def main(url: str) -> None:
    alice, bob = client(url, "alice"), client(url, "bob")
    follow_user.sync(user_id="alice", client=bob)
    published = [publish(alice, f"number {number}") for number in range(5)]
    pages = list(walk(bob))
    found = relationships.sync(client=bob, ids=["alice", "carol"])
    assert isinstance(found, Relationships), found
    said = {"published": published, "pages": pages, "relationships": found.to_dict()["data"]}
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
