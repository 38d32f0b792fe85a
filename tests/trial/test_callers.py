"""What a client makes of an answer that nginx got from the second process that it asked."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from cluster.perch_process import PerchProcess
from tests.engines.shared_gateway import SharedGateway
from tests.trial.callers import Caller
from tests.trial.history import Recorder

PATH = "/v1/tweets/2126506682132463616"
READ_BYTES = 65_536


@contextmanager
def process_that_ends_without_an_answer() -> Iterator[int]:
    """Takes a request on this port, and closes its connection, as a process does that is killed."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def take() -> None:
            with listening.accept()[0] as connection:
                connection.recv(READ_BYTES)

        thread = threading.Thread(target=take)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_a_tweet_that_a_process_may_have_deleted_before_it_ended_may_not_have_been_there(tmp_path: Path) -> None:
    with PerchProcess(tmp_path / "log", DATABASE_URL="memory:") as perch, process_that_ends_without_an_answer() as port:

        def outcome_behind(*ports: int) -> str:
            folder = tmp_path / "-".join(map(str, ports))
            folder.mkdir()
            with SharedGateway(folder, ports) as nginx, closing(Recorder(folder / "history")) as recorder:
                urls = [f"http://127.0.0.1:{nginx.port}"]
                caller = Caller("ann", urls, recorder, random.Random(1))
                return caller.once("delete", {"user": "ann"}, lambda client: client.delete(PATH)).outcome

        assert outcome_behind(port, perch.port) == "unknown"
        assert outcome_behind(perch.port) == "fail"
