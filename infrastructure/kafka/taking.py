"""The side that takes hints, as a member of the group of workers."""

import queue
import threading
from collections.abc import Callable

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from infrastructure.background import BackgroundThread
from infrastructure.counts import QueueCounts
from infrastructure.events.codec import BadHint, decode
from infrastructure.events.taken import Taken
from infrastructure.kafka.address import KafkaAddress
from infrastructure.kafka.client_log import ClientLog
from infrastructure.kafka.clients import new_consumer
from infrastructure.kafka.dead_sending import DeadEventSender
from infrastructure.kafka.empty_handed import FIRST_SECONDS, EmptyHanded
from infrastructure.kafka.progress import Progress

QUEUE_MAX = 1000
"""The most hints that wait here. What waits for long is better at the broker: other workers may take it."""

POLL_SECONDS = 0.05
AT_ONCE = 200
"""Messages taken from the library in one go."""

CLOSE_SECONDS = 3.0

NOT_OURS = "_STATE"
"""The error of storing an offset of a partition that is not assigned."""

Partition = tuple[str, int]


class KafkaSource:
    """Takes the hints of the partitions that the group gives to this process.

    A thread of its own asks the library all the time, so that the group does not take this process for dead during a
    long delivery. It puts hints into a queue, and pauses all partitions while that is full. It stores how far
    everything is done; the library commits that, also before it gives a partition to another process.

    The lock protects the progress of the partitions and the counts.
    """

    def __init__(self, address: KafkaAddress, capacity: int, empty_handed_seconds: float = FIRST_SECONDS) -> None:
        self._address = address
        self._capacity = min(capacity, QUEUE_MAX)
        self._log = ClientLog("take")
        self._dead = DeadEventSender(address, self._log, self._dead_event_stored)
        self._queue: queue.SimpleQueue[tuple[Progress, Taken]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._progress: dict[Partition, Progress] = {}
        self._taken = self._stored_dead = 0
        self._is_paused = False
        self._empty_handed = EmptyHanded(empty_handed_seconds)
        self._consumer = new_consumer(address, self._log, address.group)
        self._subscribe()
        self.thread = BackgroundThread("kafka-hints", self._work)
        self.thread.start()

    def take(self, timeout: float) -> Taken | None:
        """Returns the next hint; None after `timeout` seconds without one."""
        try:
            progress, taken = self._queue.get(block=timeout > 0, timeout=timeout if timeout > 0 else None)
            while not progress.is_ours:
                progress, taken = self._queue.get_nowait()
        except queue.Empty:
            return None
        with self._lock:
            self._taken += 1
        return taken

    def done(self, taken: Taken) -> None:
        """Notes that nothing is left to do for the hint; never waits or raises."""
        progress, offset = taken.receipt
        with self._lock:
            progress.done(offset)

    def counts(self) -> QueueCounts:
        with self._lock:
            taken, dead = self._taken, self._stored_dead
        return QueueCounts(self._queue.qsize(), self._capacity, taken=taken, dead=dead)

    def close(self) -> None:
        """Commits what is done, leaves the group, and ends the thread, within a few seconds."""
        self.thread.stop(CLOSE_SECONDS)
        # Leaving waits for the broker, which may not answer.
        leaving = threading.Thread(target=self._leave, name="kafka-leave", daemon=True)
        leaving.start()
        leaving.join(CLOSE_SECONDS)

    def _leave(self) -> None:
        self._dead.close()
        self._store_progress()
        self._consumer.close()

    def _subscribe(self) -> None:
        self._consumer.subscribe(
            [self._address.topic], on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )

    def _work(self) -> None:
        self._take_messages()
        self._dead.work()
        self._store_progress()
        self._pause_or_resume()
        self._join_anew_if_empty_handed()

    def _take_messages(self) -> None:
        message = self._consumer.poll(POLL_SECONDS)
        for _ in range(AT_ONCE):
            if message is None:
                return
            self._take_message(message)
            message = self._consumer.poll(0)
        if message is not None:
            self._take_message(message)

    def _take_message(self, message: Message) -> None:
        error = message.error()
        if error is not None:
            self._log.failed(error)
            return
        self._log.works()
        topic, partition, offset = message.topic() or "", message.partition() or 0, message.offset() or 0
        with self._lock:
            progress = self._progress.get((topic, partition))
            if progress is None:
                return
            progress.took(offset)
        try:
            event = decode(message.value() or b"")
        except BadHint as error:
            self._dead.give(message, str(error), (progress, offset))
        else:
            self._queue.put((progress, Taken(event, (progress, offset))))

    def _dead_event_stored(self, receipt: tuple[Progress, int]) -> None:
        progress, offset = receipt
        with self._lock:
            progress.done(offset)
            self._stored_dead += 1

    def _store_progress(self) -> None:
        with self._lock:
            news = [(each, each.news()) for each in self._progress.values()]
        for progress, position in news:
            if position is not None and position >= 0:
                self._store(progress, position)

    def _store(self, progress: Progress, position: int) -> None:
        try:
            self._consumer.store_offsets(offsets=[TopicPartition(progress.topic, progress.partition, position)])
        except KafkaException as error:
            # The partition has just been given to another process, which begins where this one has committed.
            if error.args[0].name() != NOT_OURS:
                self._log.trouble(error.args[0].str())

    def _pause_or_resume(self) -> None:
        waiting = max(self._queue.qsize(), self._dead.waiting())
        if not self._is_paused and waiting >= self._capacity:
            self._is_paused = self._on_all(self._consumer.pause)
        elif self._is_paused and waiting <= self._capacity // 2:
            self._is_paused = not self._on_all(self._consumer.resume)

    def _join_anew_if_empty_handed(self) -> None:
        with self._lock:
            has_partitions = bool(self._progress)
        if self._empty_handed.joins_anew(has_partitions=has_partitions):
            self._consumer.unsubscribe()
            self._subscribe()

    def _on_all(self, act: Callable[[list[TopicPartition]], object]) -> bool:
        with self._lock:
            partitions = [TopicPartition(*partition) for partition in self._progress]
        try:
            act(partitions)
        except KafkaException as error:
            self._log.trouble(error.args[0].str())
            return False
        return True

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.incremental_assign(partitions)
        with self._lock:
            for each in partitions:
                self._progress[each.topic, each.partition] = Progress(each.topic, each.partition)
        if self._is_paused:
            self._is_paused = self._on_all(consumer.pause)

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._store_progress()
        self._lost(consumer, partitions)

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._forget(partitions)
        if self._is_paused:
            # librdkafka would remember it, and take nothing from them when they come back.
            consumer.resume(partitions)
        consumer.incremental_unassign(partitions)

    def _forget(self, partitions: list[TopicPartition]) -> None:
        with self._lock:
            for each in partitions:
                progress = self._progress.pop((each.topic, each.partition), None)
                if progress is not None:
                    progress.is_ours = False
