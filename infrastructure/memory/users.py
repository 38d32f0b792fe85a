"""Numbers for users, so that stores find millions of users by list index and not by name."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar, overload

from infrastructure.memory.sharded_dict import ShardedDict

V = TypeVar("V")


class Users:
    """Gives every user a permanent number, from 0 on, when the user is first seen.

    The lock protects the assignment of new numbers. Look-ups of existing numbers do not need it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: ShardedDict[str, int] = ShardedDict()
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def number(self, user_id: str) -> int:
        """Returns the user's number; a new user gets a new one."""
        number = self._numbers.get(user_id)
        return self._new_number(user_id) if number is None else number

    def known(self, user_id: str) -> int | None:
        """Returns the user's number; None if they have none."""
        return self._numbers.get(user_id)

    def id_of(self, number: int) -> str:
        return self._ids[number]

    def numbers_of(self, user_ids: Sequence[str]) -> Sequence[int]:
        """Returns the numbers of those of the users who have one."""
        if isinstance(user_ids, NumberedUsers) and user_ids.users is self:
            return user_ids.numbers
        return [number for number in map(self._numbers.get, user_ids) if number is not None]

    def _new_number(self, user_id: str) -> int:
        with self._lock:
            number = self._numbers.get(user_id)
            if number is None:
                number = len(self._ids)
                self._ids.append(user_id)
                # Set last, so that a thread that finds the number without the lock also finds the id.
                self._numbers[user_id] = number
            return number


class NumberedUsers(Sequence[str]):
    """The ids of users who have numbers. Stores that share the `Users` use the numbers directly."""

    __slots__ = ("numbers", "users")

    def __init__(self, users: Users, numbers: Sequence[int]) -> None:
        self.users = users
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[str]:
        return map(self.users.id_of, self.numbers)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return NumberedUsers(self.users, self.numbers[index])
        return self.users.id_of(self.numbers[index])


class PerUser(Generic[V]):
    """A value per user, which is `absent` until another value is set.

    It takes 8 bytes per user and blocks only briefly when it grows. This class is not thread-safe.
    """

    __slots__ = ("_absent", "_users", "_values")

    def __init__(self, users: Users, absent: V) -> None:
        self._users = users
        self._absent = absent
        self._values: list[V] = []

    def get(self, user_id: str) -> V:
        number = self._users.known(user_id)
        return self._absent if number is None else self.at(number)

    def at(self, number: int) -> V:
        return self._values[number] if number < len(self._values) else self._absent

    def of_all(self, numbers: Iterable[int]) -> list[V]:
        """Returns the values of these users, in their order."""
        self._make_room()
        values = self._values
        return [values[number] for number in numbers]

    def set(self, number: int, value: V) -> None:
        self._make_room()
        self._values[number] = value

    def _make_room(self) -> None:
        missing = len(self._users) - len(self._values)
        if missing:
            self._values.extend([self._absent] * missing)
