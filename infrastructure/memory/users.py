"""Numbers for users, so that millions of look-ups by name become steps through a list."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar, overload

from infrastructure.memory.sharded_dict import ShardedDict

V = TypeVar("V")


class Users:
    """Gives every user a number, from 0 on, when they are first heard of, and keeps it.

    The lock protects the giving out of numbers; a number that was given out is looked up without it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: ShardedDict[str, int] = ShardedDict()
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def number(self, user_id: str) -> int:
        """The user's number, a new one for a new user."""
        number = self._numbers.get(user_id)
        return self._new_number(user_id) if number is None else number

    def known(self, user_id: str) -> int | None:
        """The user's number, None when they were never given one."""
        return self._numbers.get(user_id)

    def id_of(self, number: int) -> str:
        return self._ids[number]

    def numbers_of(self, user_ids: Sequence[str]) -> Sequence[int]:
        """The numbers of those users who have one."""
        if isinstance(user_ids, NumberedUsers) and user_ids.users is self:
            return user_ids.numbers
        return [number for number in map(self._numbers.get, user_ids) if number is not None]

    def _new_number(self, user_id: str) -> int:
        with self._lock:
            number = self._numbers.get(user_id)
            if number is None:
                number = len(self._ids)
                self._ids.append(user_id)
                # Last: whoever finds the number without the lock finds the id too.
                self._numbers[user_id] = number
            return number


class NumberedUsers(Sequence[str]):
    """Ids of users who have numbers; stores that share the `Users` go by these."""

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
    """A value for each user, which is `absent` until another one is set.

    It takes 8 bytes a user, and growing it stops nobody for long. No method is safe to call from two threads at once.
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
        """The values of these users, in their order."""
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
