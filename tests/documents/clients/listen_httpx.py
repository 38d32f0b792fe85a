"""Listens to a stream with the lines of httpx, and again when the connection ends.

`listen_httpx.py URL HEADERS` prints `["open", ""]` for each connection, and the name and data of each event.
"""

import json
import sys
import time
from collections.abc import Iterator

import httpx

SILENCE_SECONDS_MAX = 15
RETRY_SECONDS = 0.1


def say(event: str, data: str) -> None:
    print(json.dumps([event, data]), flush=True)


def blocks(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """The fields up to each empty line."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            yield fields
            fields = {}


def main(url: str, headers: str) -> None:
    sent = json.loads(headers)
    while True:
        try:
            with httpx.stream("GET", url, headers=sent, timeout=SILENCE_SECONDS_MAX) as response:
                response.raise_for_status()
                say("open", "")
                for fields in blocks(response.iter_lines()):
                    if "id" in fields:
                        sent["Last-Event-ID"] = fields["id"]
                    if "event" in fields:
                        say(fields["event"], fields["data"])
        except httpx.TransportError:
            time.sleep(RETRY_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
