"""Lists that clients read, page by page, each page an operation of its own."""

from collections.abc import Mapping
from typing import Any

from tests.http.walking import NEXT
from tests.http.wire import Answer
from tests.trial.callers import Caller, tweets_of
from tests.trial.history import Outcomes

WALKED_PAGES = 8
LIMITS = (3, 10, 30, 100)


class Lists:
    """What one caller reads."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def read_some(self, user: str) -> None:
        """Reads something of this user: a page, or a walk."""
        rng = self._caller.rng
        limit, pages = rng.choice(LIMITS), rng.choice((1, 1, WALKED_PAGES))
        [kind] = rng.choices(["home", "self", "tweets", "all", "following", "followers"], [50, 10, 15, 10, 10, 5])
        if kind in {"following", "followers"}:
            self.users(kind, user)
        elif kind in {"home", "self"}:
            self.home(user, limit, pages, include_self=kind == "self")
        else:
            self.tweets(kind, user, limit, pages)

    def home(self, user: str, limit: int, pages: int, *, include_self: bool = False) -> bool:
        """Reads so many pages; returns whether all were answered."""
        target = f"/v1/users/me/timeline?limit={limit}{'&include_self=true' * include_self}"
        return self._walk({"list": "home", "of": user, "user": user, "self": include_self}, target, pages)

    def tweets(self, kind: str, user: str, limit: int, pages: int) -> bool:
        """Reads the user's tweets, or everybody's."""
        path = f"/v1/users/{user}/tweets" if kind == "tweets" else "/v1/tweets"
        return self._walk({"list": kind, "of": user}, f"{path}?limit={limit}", pages)

    def users(self, kind: str, user: str) -> bool:
        """Reads whom the user follows, or who follows the user; returns whether it was answered."""
        target = f"/v1/users/{user}/{kind}?limit=100"
        came = self._caller.once(kind, {"of": user}, lambda client: client.get(target), _users)
        return came.outcome == "ok"

    def _walk(self, arguments: Mapping[str, Any], target: str, pages: int) -> bool:
        below = 0
        following: str | None = target
        for _ in range(pages):
            answers: list[Answer] = []
            came = self._page({**arguments, "below": below}, following, answers)
            if came.outcome != "ok":
                return False
            following = next_of(answers[0])
            if following is None:
                break
            below = came.result["tweets"][-1][0]
        return True

    def _page(self, arguments: Mapping[str, Any], target: str | None, answers: list[Answer]) -> Outcomes:
        def read(answer: Answer) -> Mapping[str, Any]:
            answers.append(answer)
            meta = answer.json()["meta"]
            frontier = {"frontier": int(meta["since_id"])} if "since_id" in meta else {}
            return {"tweets": tweets_of(answer), "last": meta["next_cursor"] is None, **frontier}

        return self._caller.once("page", arguments, lambda client: client.get(target or ""), read)


def next_of(answer: Answer) -> str | None:
    """The target of the next page; None on the last one."""
    link = NEXT.fullmatch(answer.headers.get("Link", ""))
    return link[1] if link else None


def _users(answer: Answer) -> Mapping[str, Any]:
    return {"users": [each["id"] for each in answer.json()["data"]]}
