"""A member without partitions joins the group anew now and then."""

from infrastructure.kafka.empty_handed import FIRST_SECONDS, LONGEST_SECONDS, EmptyHanded


class Asked:
    """Asks every second, and says after how many seconds each answer was to join anew."""

    def __init__(self) -> None:
        self._now = 0.0
        self._empty_handed = EmptyHanded(monotonic=lambda: self._now)

    def for_seconds(self, seconds: float, *, has_partitions: bool = False) -> list[float]:
        joined, last = [], self._now
        for _ in range(round(seconds)):
            if self._empty_handed.joins_anew(has_partitions=has_partitions):
                joined.append(self._now - last)
                last = self._now
            self._now += 1
        return joined


def test_it_joins_anew_after_a_while_and_then_less_and_less_often() -> None:
    joined = Asked().for_seconds(2000)
    assert joined[:4] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS, 8 * FIRST_SECONDS]
    assert joined[-1] == joined[-2] == LONGEST_SECONDS


def test_whoever_has_partitions_stays() -> None:
    assert Asked().for_seconds(2000, has_partitions=True) == []


def test_who_had_partitions_begins_with_the_shortest_wait() -> None:
    asked = Asked()
    asked.for_seconds(500)
    asked.for_seconds(1, has_partitions=True)
    assert asked.for_seconds(2 * FIRST_SECONDS)[0] == FIRST_SECONDS
