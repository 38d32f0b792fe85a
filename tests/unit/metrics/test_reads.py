from infrastructure.metrics.reads import ReadCounts
from tests.contracts.racing import RACERS, race_of_twenty


def test_every_kind_of_read_is_there_from_the_start() -> None:
    assert ReadCounts().counts() == {"timeline": 0, "unpushed": 0, "logs": 0}


def test_the_counts_handed_out_are_a_copy() -> None:
    reads = ReadCounts()
    before = reads.counts()
    reads.count("logs")
    assert before["logs"] == 0
    assert reads.counts() == {"timeline": 0, "unpushed": 0, "logs": 1}


def test_no_read_is_lost_among_many_threads() -> None:
    reads = ReadCounts()

    def count_some(_: int) -> None:
        for _ in range(20):
            reads.count("timeline")
            reads.count("unpushed")

    race_of_twenty(count_some)
    assert reads.counts() == {"timeline": RACERS * 20, "unpushed": RACERS * 20, "logs": 0}
