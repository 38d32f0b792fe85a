"""A Kafka broker of one's own (KRaft, one node), which can be stopped, killed, paused and robbed of its data."""

import shutil
import signal
from pathlib import Path

from cluster.engines.jars import KAFKA
from cluster.engines.kafka_server import KafkaServer
from cluster.engines.own_engine import OwnEngine
from cluster.engines.ports import LOCALHOST, ReservedPort
from cluster.engines.processes import Processes
from cluster.engines.proxy import Proxy

CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAQ"
HEAP = "-Xmx256m"

STARTED = "Kafka Server started"

SMALL_JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Djava.awt.headless=true")

LOGGING = """
Configuration:
  Appenders:
    Console: {name: STDOUT, target: SYSTEM_OUT, PatternLayout: {pattern: "%d %p %m (%c{1})%n"}}
  Loggers:
    Root: {level: WARN, AppenderRef: {ref: STDOUT}}
    Logger: [{name: kafka.server.KafkaRaftServer, level: INFO}]
"""

SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAIN://127.0.0.1:{port},PROXIED://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAIN://127.0.0.1:{port},PROXIED://127.0.0.1:{proxy}
listener.security.protocol.map=PLAIN:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
# Tests do not wait for more members before the first assignment, and may end members soon.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
num.network.threads=2
num.io.threads=2
background.threads=2
num.recovery.threads.per.data.dir=1
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
controlled.shutdown.enable=false
"""


class OwnKafka(OwnEngine, KafkaServer):
    """A broker. Clients that come by `proxied` are led through `proxy` with every connection."""

    def __init__(self) -> None:
        self._reserved = [ReservedPort() for _ in range(3)]
        port, behind, controller = (each.number for each in self._reserved)
        super().__init__(f"{LOCALHOST}:{port}")
        self.proxy = Proxy(behind)
        self.proxied = KafkaServer(f"{LOCALHOST}:{self.proxy.port}")
        self._processes = Processes("kafka")
        self._data = self._processes.folder / "data"
        self._settings = self._write(
            "server.properties",
            SETTINGS.format(port=port, behind=behind, controller=controller, proxy=self.proxy.port, data=self._data),
        )
        self._logging = self._write("log4j2.yaml", LOGGING)
        self.proxy.__enter__()
        self._begin(self._format, self.start)

    def _write(self, name: str, text: str) -> Path:
        path = self._processes.folder / name
        path.write_text(text)
        return path

    def _java(self, *arguments: str | Path) -> list[str | Path]:
        log = [f"-Dlog4j2.configurationFile={self._logging}", f"-Dkafka.logs.dir={self._processes.folder}"]
        return ["java", HEAP, *SMALL_JVM, *log, "-cp", f"{KAFKA.folder}/*", *arguments]

    def _format(self) -> None:
        self._processes.start(*self._java("kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", self._settings))
        self._processes.wait_until_ended()
        if not (self._data / "meta.properties").exists():
            raise self._processes.failure("cannot make a data folder")

    def start(self) -> None:
        """Starts the broker, which may have to recover first."""
        before = self._processes.log().count(STARTED)
        self._processes.start_and_wait(
            lambda: self._processes.log().count(STARTED) > before, *self._java("kafka.Kafka", self._settings)
        )

    def stop(self) -> None:
        """Stops the broker in order."""
        self._processes.signal(signal.SIGTERM)
        self._processes.wait_until_ended()

    def lose_data(self) -> None:
        """Kills the broker, and starts it without data: topics, offsets and all are gone."""
        self.kill()
        shutil.rmtree(self._data)
        self._format()
        self.start()

    def mend(self) -> None:
        """Brings the broker back from everything above: it runs, and the proxy passes everything on."""
        self.proxy.cut()
        self.proxy.forward()
        super().mend()

    def close(self) -> None:
        """Ends the broker and its proxy."""
        super().close()
        self.proxy.__exit__(None, None, None)
