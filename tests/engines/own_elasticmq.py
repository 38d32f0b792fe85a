"""An emulator of SQS of the tests' own, from its jars: ElasticMQ, which knows redrive policies and move tasks.

It is not like the real one in this: a restart loses all queues and messages, there is no SNS, any credentials are good
and no policy is asked.
"""

from cluster.engines.jars import ELASTICMQ
from cluster.engines.own_aws import OwnAws
from cluster.engines.own_engine import status_at

SETTINGS = """include classpath("application.conf")
node-address {{ protocol = http, host = "127.0.0.1", port = {port}, context-path = "" }}
rest-sqs {{ enabled = true, bind-hostname = "127.0.0.1", bind-port = {port}, sqs-limits = strict }}
rest-stats {{ enabled = false }}
"""
JAVA = ("java", "-Xms64m", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
MAIN = "org.elasticmq.server.Main"


class OwnElasticMq(OwnAws):
    """ElasticMQ, for SQS alone."""

    def __init__(self) -> None:
        super().__init__("elasticmq")

    def _command(self) -> list[str]:
        settings = self.folder / "elasticmq.conf"
        settings.write_text(SETTINGS.format(port=self.port))
        return [*JAVA, f"-Dconfig.file={settings}", "-cp", f"{ELASTICMQ.folder}/*", MAIN]

    def _answers(self) -> bool:
        return status_at(self.port, "/") != 0
