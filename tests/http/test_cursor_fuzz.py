"""A cursor that the service did not issue is refused."""

import string
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.built import in_process
from tests.http.client import Client
from tests.http.problems import assert_problem
from tests.http.test_cursors import LISTS, befriend, first_cursor
from tests.http.wire import InProcess

Edit = Callable[[str], str]

# Most forged cursors are Base64; other characters must be refused too.
CHARACTERS = st.sampled_from(string.ascii_letters + string.digits + "-_+/= \n") | st.characters(codec="utf-8")
PLACES = st.integers(0, 100)


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """Changes, removes or adds one character."""
    place, character = draw(PLACES), draw(CHARACTERS)
    taken, put = draw(st.sampled_from([(1, character), (1, ""), (0, character)]))

    def edit(cursor: str) -> str:
        at = place % (len(cursor) + 1 - taken)
        return cursor[:at] + put + cursor[at + taken :]

    return edit


@pytest.fixture(scope="module")
def transport() -> InProcess:
    """An application without writes while cursors are tried."""
    transport = in_process()
    befriend(transport)
    return transport


@pytest.mark.parametrize("list_", LISTS)
@settings(max_examples=300, deadline=None)
@given(edit=edits())
def test_a_cursor_with_one_edited_character_is_refused(transport: InProcess, list_: str, edit: Edit) -> None:
    cursor = first_cursor(transport, "alice", list_)
    edited = edit(cursor)
    answer = Client(transport, "alice").get(f"/v1/users/alice/{list_}?cursor={quote(edited, safe='')}")
    if edited == cursor:
        assert answer.status == 200
    else:
        assert_problem(answer, 400, "malformed-cursor", {"parameter": "cursor"})


@pytest.mark.parametrize("list_", LISTS)
@settings(max_examples=100, deadline=None)
@given(made_up=st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_a_made_up_cursor_is_refused(transport: InProcess, list_: str, made_up: bytes) -> None:
    answer = Client(transport, "alice").get(f"/v1/users/alice/{list_}?cursor={quote(made_up, safe='')}")
    assert_problem(answer, 400, "malformed-cursor", {"parameter": "cursor"})
