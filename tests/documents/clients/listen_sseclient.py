"""Listens to a stream with sseclient-py and requests, and again when the connection ends.

`listen_sseclient.py URL HEADERS` prints `["open", ""]` for each connection, and the name and data of each event.
"""

import json
import sys
import time

import requests
from sseclient import SSEClient

SILENCE_SECONDS_MAX = 15
RETRY_SECONDS = 0.1


def say(event: str, data: str) -> None:
    print(json.dumps([event, data]), flush=True)


def main(url: str, headers: str) -> None:
    sent = json.loads(headers)
    while True:
        try:
            with requests.get(url, headers=sent, stream=True, timeout=SILENCE_SECONDS_MAX) as response:
                response.raise_for_status()
                say("open", "")
                for event in SSEClient(response).events():
                    if event.id:
                        sent["Last-Event-ID"] = event.id
                    say(event.event, event.data)
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            time.sleep(RETRY_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
