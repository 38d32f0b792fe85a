"""What a process has in hand: taken in order, kept while it is not done, deleted once, given up at the end."""

import threading

from domain.events import TweetCreated
from infrastructure.aws.in_hand import InHand
from infrastructure.events.taken import Taken

JOIN_SECONDS = 20.0


def hints(*numbers: int) -> list[Taken]:
    return [Taken(TweetCreated(number, "alice"), f"receipt-{number}") for number in numbers]


def holding(*numbers: int) -> InHand:
    in_hand = InHand(10)
    in_hand.put(hints(*numbers), now=0.0)
    return in_hand


def test_hints_are_taken_in_order_and_counted() -> None:
    in_hand = holding(3, 1, 2)
    assert [in_hand.take(0) for _ in range(4)] == [*hints(3, 1, 2), None]
    assert (in_hand.taken, in_hand.depth()) == (3, 0)
    assert in_hand.take(-1.0) is None


def test_a_hint_is_in_hand_until_it_is_done_and_is_deleted_once() -> None:
    in_hand = holding(1, 2)
    in_hand.take(0)
    assert in_hand.take_done() == []
    in_hand.done("receipt-1")
    in_hand.done("receipt-1")
    in_hand.done("receipt-unknown")
    assert in_hand.take_done() == ["receipt-1"]
    assert in_hand.take_done() == []
    assert in_hand.give_up() == ["receipt-2"]
    assert (in_hand.give_up(), in_hand.take(0)) == ([], None)


def test_what_was_not_kept_for_a_while_is_kept_again() -> None:
    in_hand = holding(1, 2, 3)
    assert in_hand.kept_before(-1.0) == []
    assert in_hand.kept_before(0.0) == ["receipt-1", "receipt-2", "receipt-3"]
    in_hand.done("receipt-2")
    in_hand.kept(["receipt-1", "receipt-2"], now=5.0)
    assert in_hand.kept_before(4.0) == ["receipt-3"]
    assert in_hand.kept_before(5.0) == ["receipt-1", "receipt-3"]


def test_there_is_room_once_hints_are_taken() -> None:
    in_hand = holding(*range(1, 6))
    assert in_hand.wait_for_room(5, 0)
    assert not in_hand.wait_for_room(6, 0.01)
    room: list[bool] = []
    waiting = threading.Thread(target=lambda: room.append(in_hand.wait_for_room(6, JOIN_SECONDS)))
    waiting.start()
    in_hand.take(0)
    waiting.join(JOIN_SECONDS)
    assert room == [True]


def test_a_hint_wakes_a_waiting_take() -> None:
    in_hand = InHand(10)
    taken: list[Taken | None] = []
    waiting = threading.Thread(target=lambda: taken.append(in_hand.take(JOIN_SECONDS)))
    waiting.start()
    in_hand.put(hints(1), now=0.0)
    waiting.join(JOIN_SECONDS)
    assert taken == hints(1)
