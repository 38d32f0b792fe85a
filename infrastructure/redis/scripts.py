"""The scripts that Redis runs, each on the server that its caller expects, or not at all."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha1
from pathlib import Path

from redis.exceptions import NoScriptError, ResponseError

from domain.errors import Unavailable
from infrastructure.outside.circuit import Refused
from infrastructure.redis.connections import Answer, Argument, Connections, packed

LUA = Path(__file__).with_name("lua")
ANOTHER_SERVER = "ANOTHERSERVER"
"""The error of check.lua."""


class AnotherServer(Refused):
    """The server is not the one of this epoch. It did nothing."""


class Script:
    """A script that runs on one server only; see lua/check.lua."""

    def __init__(self, source: str) -> None:
        self._sha = sha1(source.encode(), usedforsecurity=False).hexdigest()
        self._load = packed("SCRIPT", "LOAD", source)

    def run(
        self,
        connections: Connections,
        identity: str,
        keys: Sequence[Sequence[str | bytes]],
        *arguments: Argument,
    ) -> list[Answer]:
        """Runs the script once for each list of keys, without a wait between, and returns the answers.

        Raises `AnotherServer` if one of them met a server with another identity, and `Unavailable`.
        """
        run_id, _, replid = identity.partition(":")
        calls = [packed("EVALSHA", self._sha, len(some), *some, run_id, replid, *arguments) for some in keys]
        answers = connections.ask(*calls)
        if any(isinstance(answer, NoScriptError) for answer in answers):
            answers = connections.ask(self._load, *calls)[1:]
        for answer in answers:
            if isinstance(answer, ResponseError):
                raise _refusal(answer)
        return answers


def _refusal(error: ResponseError) -> Unavailable:
    if str(error).startswith(ANOTHER_SERVER):
        return AnotherServer("The timelines are on another server of Redis now.")
    return Unavailable(f"Redis refuses: {error}")


@cache
def source(*names: str) -> str:
    """Returns the text of these files, one after the other."""
    return "\n".join((LUA / f"{name}.lua").read_text(encoding="utf-8") for name in names)
