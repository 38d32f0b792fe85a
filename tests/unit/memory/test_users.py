import sys
import threading

import pytest

from infrastructure.memory.users import NumberedUsers, PerUser, Users


def numbered(*user_ids: str) -> Users:
    users = Users()
    for user_id in user_ids:
        users.number(user_id)
    return users


def test_users_are_numbered_from_0_and_keep_their_numbers() -> None:
    users = Users()
    assert [users.number(user_id) for user_id in ("ann", "bob", "ann", "cem")] == [0, 1, 0, 2]
    assert [users.id_of(number) for number in range(len(users))] == ["ann", "bob", "cem"]


def test_a_lookup_gives_an_unknown_user_no_number() -> None:
    users = numbered("ann")
    assert users.known("bob") is None
    assert users.numbers_of(["bob", "ann"]) == [0]
    assert len(users) == 1


def test_threads_that_number_the_same_user_at_once_agree() -> None:
    users = Users()
    names = [f"user-{number}" for number in range(500)]
    together = threading.Barrier(8)
    found: list[list[int]] = []

    def number_all() -> None:
        together.wait()
        found.append([users.number(name) for name in names])

    threads = [threading.Thread(target=number_all) for _ in range(8)]
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


def test_numbered_users_behave_as_a_sequence_of_user_ids() -> None:
    users = numbered("ann", "bob", "cem")
    page = NumberedUsers(users, [2, 0])
    assert list(page) == ["cem", "ann"]
    assert (len(page), page[1], list(page[:1]), "bob" in page) == (2, "ann", ["cem"], False)
    assert users.numbers_of(page) == [2, 0]


def test_numbers_from_another_registry_are_translated_by_user_id() -> None:
    elsewhere = NumberedUsers(numbered("ann", "bob"), [1])
    assert numbered("bob").numbers_of(elsewhere) == [0]


@pytest.mark.parametrize("number", [0, 1])
def test_a_users_value_is_the_default_until_it_is_set(number: int) -> None:
    users = numbered("ann", "bob")
    values = PerUser(users, "absent")
    assert (values.get("ann"), values.get("nobody"), values.at(number)) == ("absent", "absent", "absent")
    values.set(number, "set")
    users.number("cem")
    assert values.at(number) == "set"
    assert values.of_all([2, number]) == ["absent", "set"]
