import pytest

from domain.errors import InvalidInput, SelfFollow
from domain.user import User


@pytest.mark.parametrize("user_id", ["a", "Alice", "9", "a.b-c_d", "...", "-", "_", ".a", "Me", "ME", "me2", "x" * 64])
def test_well_formed_user_ids_are_accepted(user_id: str) -> None:
    assert User(user_id).id == user_id


@pytest.mark.parametrize(
    "user_id",
    [
        "",
        "x" * 65,
        ".",
        "..",
        "me",
        "a b",
        " a",
        "a\n",
        "\na",
        "a\0",
        "a/b",
        "a,b",
        "a%20",
        "é",
        "٣",
        "\uff41",
        "\ud800",
    ],
)
def test_malformed_user_ids_are_refused(user_id: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        User(user_id)
    assert refused.value.field == "user_id"


def test_user_ids_are_case_sensitive() -> None:
    assert User("alice") != User("Alice")
    User("alice").check_may_follow(User("Alice"))


def test_users_cannot_follow_themselves() -> None:
    with pytest.raises(SelfFollow):
        User("alice").check_may_follow(User("alice"))
