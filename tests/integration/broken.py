"""Adapters that each break one rule of the design."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from app.compose import Adapters
from domain.errors import Unavailable
from domain.timeline import EMPTY_VIEW, Installed
from domain.tweet_id import MAX_TWEET_ID
from domain.user import Followees
from tests.integration.stores import Change
from tests.integration.watched import Wrapper
from usecases.publish_tweet import Publication

# ruff: noqa: ANN401, ARG001 - a broken adapter passes any arguments on to a store of any kind


class LazyIds:
    """A list of ids that is read from the store only when it is first used."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self._read = read

    def __len__(self) -> int:
        return len(self[:])

    def __iter__(self) -> Iterator[int]:
        return iter(self[:])

    def __getitem__(self, at: Any) -> Any:
        self._found = getattr(self, "_found", None) or self._read()
        return self._found[at]


def unpushed_without_dead_letters(store: Any, others: Adapters, *bounds: Any) -> Any:
    dead = {letter.tweet_id for letter in others.outbox.dead_before(MAX_TWEET_ID, MAX_TWEET_ID)}
    return [id_ for id_ in store.unpushed(*bounds) if id_ not in dead]


def mark_without_install(store: Any, others: Adapters, user_id: str) -> Any:
    return Installed(0, store.view(user_id, 0, MAX_TWEET_ID, 1).mark, 0)


def merge_into_any_generation(store: Any, others: Adapters, user_id: str, generation: int, *merged: Any) -> None:
    store.merge(user_id, store.install(user_id)[0], *merged)


def merge_with_newest_mark(store: Any, others: Adapters, user_id: str, *merged: Any) -> None:
    store.merge(user_id, *merged[:-1], others.graph.followees(user_id).newest_follow_id)


def merge_nothing(store: Any, others: Adapters, user_id: str, generation: int, ids: Any, *marks: int) -> None:
    store.merge(user_id, generation, (), *marks)


def merge_without_floor(store: Any, others: Adapters, user_id: str, generation: int, ids: Any, *marks: int) -> None:
    store.merge(user_id, generation, ids, 0, marks[-1])


def view_that_ends_at_its_floor(store: Any, others: Adapters, *bounds: Any) -> Any:
    view = store.view(*bounds)
    return replace(view, floor=0) if view.ids else view


def push_after_done(store: Any, others: Adapters, tweet_id: int, user_ids: Any) -> Any:
    others.outbox.done(tweet_id)
    return store.push(tweet_id, user_ids)


def push_that_hides_errors(store: Any, others: Adapters, *pushed: Any) -> Any:
    try:
        return store.push(*pushed)
    except Unavailable:
        return 0


class Broken(Wrapper):
    """A wrapper that replaces some methods by functions, which get the adapter and all other adapters."""

    def __init__(self, store: Any, others: Adapters, methods: dict[str, Callable[..., Any]]) -> None:
        super().__init__(store)
        for name, method in methods.items():
            setattr(self, name, lambda *args, method=method, **named: method(store, others, *args, **named))


class UnboundedFirstPages(Wrapper):
    """First pages also contain tweets published after the frontier was read."""

    _bound = threading.local()

    def frontier(self) -> int:
        self._bound.high = self._store.frontier() + 1
        return int(self._bound.high) - 1

    def unpushed(self, authors: Any, low: int, high: int, limit: int) -> Any:
        return self._store.unpushed(authors, low, MAX_TWEET_ID if high == self._bound.high else high, limit)


class KeyStoredAfterPublish(Wrapper):
    def __init__(self, tweets: Any) -> None:
        super().__init__(tweets)
        self._stored: dict[tuple[str, str], Publication] = {}

    def published_under(self, *author_and_key: str) -> Any:
        return self._stored.get((author_and_key[0], author_and_key[1]))

    def publish(self, author_id: str, text: str, *, pull_from: int, key: Any) -> Any:
        published = self._store.publish(author_id, text, pull_from=pull_from, key=None)
        if key is not None:
            self._stored[author_id, key.value] = replace(published, digest=key.digest, replayed=True)
        return published


class FloorNotRaisedByTrims(Wrapper):
    def __init__(self, timelines: Any) -> None:
        super().__init__(timelines)
        self._floors: dict[str, int] = {}

    def merge(self, user_id: str, generation: int, ids: Any, floor: int, mark: int) -> None:
        self._floors[user_id] = floor
        self._store.merge(user_id, generation, ids, floor, mark)

    def view(self, user_id: str, *bounds: int) -> Any:
        view = self._store.view(user_id, *bounds)
        return view if view == EMPTY_VIEW else replace(view, floor=self._floors[user_id])


class DueOnce(Wrapper):
    def __init__(self, outbox: Any) -> None:
        super().__init__(outbox)
        self._returned: set[int] = set()

    def due(self, limit: int) -> Any:
        new = [delivery for delivery in self._store.due(limit) if delivery.tweet_id not in self._returned]
        self._returned |= {delivery.tweet_id for delivery in new}
        return new


class RefollowKeepsItsId(Wrapper):
    def __init__(self, graph: Any) -> None:
        super().__init__(graph)
        self._first: dict[tuple[str, str], int] = {}

    def followees(self, user_id: str) -> Followees:
        found = self._store.followees(user_id)
        first = {author: self._first.setdefault((user_id, author), found.follow_id(author)) for author in found.authors}
        return Followees(dict(sorted(first.items(), key=lambda follow: follow[1])), found.version)


def wrapping(port: str, kind: Callable[[Any], Any]) -> Change:
    """Wraps the adapter of this port in a wrapper of this kind."""
    return lambda adapters: replace(adapters, **{port: kind(getattr(adapters, port))})


def replacing(port: str, **methods: Callable[..., Any]) -> Change:
    """Replaces these methods of the adapter of this port."""
    return lambda adapters: wrapping(port, lambda store: Broken(store, adapters, methods))(adapters)


BREAKS: dict[str, Change] = {
    "the timeline is read before the unpushed tweets": replacing(
        "tweets", unpushed=lambda store, _, *bounds: LazyIds(lambda: store.unpushed(*bounds))
    ),
    "dead letters are not unpushed": replacing("tweets", unpushed=unpushed_without_dead_letters),
    "a first page goes beyond its frontier": wrapping("tweets", UnboundedFirstPages),
    "an idempotency key is stored after the publish": wrapping("tweets", KeyStoredAfterPublish),
    "a timeline is installed after the logs are read": replacing(
        "timelines", install=mark_without_install, merge=merge_into_any_generation
    ),
    "a merge does not check the generation": replacing("timelines", merge=merge_into_any_generation),
    "the mark covers a follow whose log is not merged": replacing("timelines", merge=merge_with_newest_mark),
    "the mark is set, but nothing is merged": replacing("timelines", merge=merge_nothing),
    "a merge does not raise the floor": replacing("timelines", merge=merge_without_floor),
    "a trim does not raise the floor": wrapping("timelines", FloorNotRaisedByTrims),
    "a page ends at the floor": replacing("timelines", view=view_that_ends_at_its_floor),
    "an outbox row is removed before its slice is written": replacing("timelines", push=push_after_done),
    "a failed push counts as done": replacing("timelines", push=push_that_hides_errors),
    "an outbox row is removed when its delivery begins": replacing(
        "outbox", lease=lambda store, _, tweet_id, _author_id: store.done(tweet_id)
    ),
    "due rows are never returned": replacing("outbox", due=lambda *_: []),
    "a due row is returned only once": wrapping("outbox", DueOnce),
    "a page ignores changes of the follows during the read": replacing(
        "graph",
        followees=lambda store, _, user_id: store.followees(user_id).changed({}, 0),
        follows_version=lambda *_: 0,
    ),
    "a refollow keeps its follow id": wrapping("graph", RefollowKeepsItsId),
}
