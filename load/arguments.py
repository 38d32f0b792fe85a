"""Arguments that the commands share."""

import argparse

from load.client import Address


def add_url_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("--url", type=_address, default="http://127.0.0.1:8080", help="default %(default)s")


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
