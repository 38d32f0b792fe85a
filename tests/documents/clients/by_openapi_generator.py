"""Publishes, follows, walks a timeline and asks for relationships with the client that openapi-generator generates.

`by_openapi_generator.py URL` prints as JSON what the answers hold.
"""

import json
import sys
from collections.abc import Iterator

from openapi_client import ApiClient, Configuration, FollowsApi, PublishTweetBody, TimelineApi, Tweet, TweetsApi

IdAndText = tuple[str, str]


def client(url: str, user: str) -> ApiClient:
    return ApiClient(Configuration(host=url, api_key={"userId": user}))


def id_and_text(tweet: Tweet) -> IdAndText:
    return tweet.id, tweet.text


def walk(timeline: TimelineApi) -> Iterator[list[IdAndText]]:
    cursor = None
    while True:
        page = timeline.home_timeline(limit=2, cursor=cursor)
        yield [id_and_text(tweet) for tweet in page.data]
        cursor = page.meta.next_cursor
        if cursor is None:
            return


def main(url: str) -> None:
    with client(url, "alice") as alice, client(url, "bob") as bob:
        follows, tweets = FollowsApi(bob), TweetsApi(alice)
        follows.follow_user("alice")
        published = [tweets.publish_tweet(PublishTweetBody(text=f"number {number}")) for number in range(5)]
        said = {
            "published": [id_and_text(tweet) for tweet in published],
            "pages": list(walk(TimelineApi(bob))),
            "relationships": [found.to_dict() for found in follows.relationships(ids=["alice", "carol"]).data],
        }
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
