import sys
import threading

import pytest

from infrastructure.memory.users import NumberedUsers, PerUser, Users


def numbered(*user_ids: str) -> Users:
    users = Users()
    for user_id in user_ids:
        users.number(user_id)
    return users


def test_numbers_count_from_0_and_stay() -> None:
    users = Users()
    assert [users.number(user_id) for user_id in ("ann", "bob", "ann", "cem")] == [0, 1, 0, 2]
    assert [users.id_of(number) for number in range(len(users))] == ["ann", "bob", "cem"]


def test_who_has_no_number_gets_none_by_being_looked_up() -> None:
    users = numbered("ann")
    assert users.known("bob") is None
    assert users.numbers_of(["bob", "ann"]) == [0]
    assert len(users) == 1


def test_a_user_of_whom_many_threads_hear_at_once_has_one_number() -> None:
    users = Users()
    names = [f"user-{number}" for number in range(500)]
    together = threading.Barrier(8)
    found: list[list[int]] = []

    def hear_of_all() -> None:
        together.wait()
        found.append([users.number(name) for name in names])

    threads = [threading.Thread(target=hear_of_all) for _ in range(8)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert all(numbers == found[0] for numbers in found)
    assert sorted(found[0]) == list(range(500))
    assert [users.id_of(number) for number in found[0]] == names


def test_numbered_users_are_the_sequence_of_their_ids() -> None:
    users = numbered("ann", "bob", "cem")
    page = NumberedUsers(users, [2, 0])
    assert list(page) == ["cem", "ann"]
    assert (len(page), page[1], list(page[:1]), "bob" in page) == (2, "ann", ["cem"], False)
    assert users.numbers_of(page) == [2, 0]


def test_numbers_of_other_users_are_looked_up_by_id() -> None:
    elsewhere = NumberedUsers(numbered("ann", "bob"), [1])
    assert numbered("bob").numbers_of(elsewhere) == [0]


@pytest.mark.parametrize("number", [0, 1])
def test_a_value_is_absent_until_it_is_set(number: int) -> None:
    users = numbered("ann", "bob")
    values = PerUser(users, "absent")
    assert (values.get("ann"), values.get("nobody"), values.at(number)) == ("absent", "absent", "absent")
    values.set(number, "set")
    users.number("cem")
    assert values.at(number) == "set"
    assert values.of_all([2, number]) == ["absent", "set"]
