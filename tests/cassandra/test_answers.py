"""What the driver raises for an error that a node answers."""

import struct
from io import BytesIO
from typing import NoReturn

import pytest
from cassandra import ProtocolVersion
from cassandra.protocol import ErrorMessage

from domain.errors import Unavailable
from infrastructure.cassandra.session import answered
from infrastructure.outside.circuit import Refused

TEXT = b"java.lang.IllegalArgumentException: Unknown CF"

WITHOUT_MORE = (0x0000, 0x000A, 0x0100, 0x1001, 0x1002, 0x1003, 0x2000, 0x2100, 0x2200, 0x2300)
"""The codes of section 9 of Cassandra's native protocol, version 5, whose errors are a code and a text."""

REFUSALS = (0x2100, 0x2200)


def answer(code: int) -> NoReturn:
    """Raises what the driver makes of such an error."""
    body = struct.pack(">iH", code, len(TEXT)) + TEXT
    raise ErrorMessage.recv_body(BytesIO(body), ProtocolVersion.V5).to_exception()


@pytest.mark.parametrize("code", WITHOUT_MORE, ids=hex)
def test_an_error_of_the_node_is_no_bug_of_this_process(code: int) -> None:
    """Not all are errors of `cassandra`: one that is overloaded, or makes a table just now, answers others."""
    with pytest.raises(Unavailable) as raised:
        answered(lambda: answer(code))
    assert isinstance(raised.value, Refused) == (code in REFUSALS)
    assert "Unknown CF" in str(raised.value)
