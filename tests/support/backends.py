"""Where this run's broker and database come from: embedded ones, or containers with `KEEPLINE_TEST_BACKEND`."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from docker.errors import DockerException
from rich.console import Console
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from deploy.local import kafka, postgres
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports
from deploy.local.postgres import Postgres

CHOICE = "KEEPLINE_TEST_BACKEND"
KAFKA_IMAGE = f"apache/kafka:{kafka.VERSION}"
POSTGRES_IMAGE = "postgres:18"
CLIENTS, CONTROLLER = 9092, 9093
"""Ports inside Kafka's container."""
START_S = 120


class Broker(Protocol):
    """A running Kafka."""

    @property
    def bootstrap(self) -> str:
        """Return its address."""
        ...

    def pause(self) -> None:
        """Make it silent, as a network that is cut does."""
        ...

    def resume(self) -> None:
        """Let it go on."""
        ...


class Database(Protocol):
    """A running PostgreSQL."""

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of `database`, as the owner of everything."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """One broker and one database server."""

    kafka: Broker
    postgres: Database


Start = Callable[[Path], AbstractAsyncContextManager[Backend]]


@dataclass(frozen=True, slots=True)
class EmbeddedBroker:
    """Kafka as a process of ours."""

    process: Kafka

    @property
    def bootstrap(self) -> str:
        """Return its address."""
        return self.process.bootstrap

    def pause(self) -> None:
        """Stop the process where it stands."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        pid = self.process.child.pid
        assert pid is not None, "the broker runs"
        os.kill(pid, what)


@asynccontextmanager
async def embedded(home: Path) -> AsyncIterator[Backend]:
    """Start both as processes of ours, with their data below `home`."""
    logs = home / "logs"
    logs.mkdir()
    ports = free_ports(3)
    kafka.fetch(Console(stderr=True))
    place = kafka.Place(home=home, logs=logs, port=ports[0], controller_port=ports[1])
    broker = await kafka.start(place, _nothing)
    try:
        server: Postgres = await postgres.start(home, logs, ports[2], secrets.token_urlsafe(8), _nothing)
        try:
            yield Backend(EmbeddedBroker(broker), server)
        finally:
            await server.child.stop()
    finally:
        await broker.child.stop()


@dataclass(frozen=True, slots=True)
class ContainedBroker:
    """Kafka in a container."""

    container: DockerContainer
    bootstrap: str

    def pause(self) -> None:
        """Freeze the container."""
        self.container.get_wrapped_container().pause()

    def resume(self) -> None:
        """Thaw it."""
        self.container.get_wrapped_container().unpause()


@dataclass(frozen=True, slots=True)
class ContainedDatabase:
    """PostgreSQL in a container."""

    container: PostgresContainer

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of `database`, as the owner of everything."""
        server: str = self.container.get_connection_url(driver="asyncpg")
        return f"{server.rpartition('/')[0]}/{database}"


@asynccontextmanager
async def containers(home: Path) -> AsyncIterator[Backend]:
    """Start both in containers; Docker must be there."""
    broker, address = await asyncio.to_thread(_kafka_container)
    server = PostgresContainer(POSTGRES_IMAGE, username="keepline", password=secrets.token_hex(8), dbname="postgres")
    # As the embedded one: texts sort by their bytes, and there is room for every service's connections.
    server.with_env("POSTGRES_INITDB_ARGS", "--no-locale --encoding=UTF8").with_command("-c max_connections=200")
    try:
        await asyncio.to_thread(broker.start)
        await asyncio.to_thread(server.start)
        yield Backend(ContainedBroker(broker, address), ContainedDatabase(server))
    finally:
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(broker.stop)


def _kafka_container() -> tuple[DockerContainer, str]:
    """Return a broker's container, not started yet, and the address under which clients will find it.

    A broker tells its clients where to find it, so its port on this machine must be known before it starts.
    """
    [port] = free_ports(1)
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(CLIENTS, port)
    address = f"{container.get_docker_client().host()}:{port}"
    environment = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@localhost:{CONTROLLER}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": f"PLAINTEXT://0.0.0.0:{CLIENTS},CONTROLLER://0.0.0.0:{CONTROLLER}",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{address}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS": "4",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }
    started = LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(START_S)
    return container.with_envs(**environment).waiting_for(started), address


STARTS: dict[str, Start] = {"embedded": embedded, "testcontainers": containers}


def chosen() -> str:
    """Return the name of the backend that this run was told to use.

    Raises:
        ValueError: there is none of that name.
    """
    name = os.environ.get(CHOICE, "embedded")
    if name not in STARTS:
        raise ValueError(f"could not start the tests: {CHOICE} is {name}, and the backends are {', '.join(STARTS)}")
    return name


def missing(name: str) -> str | None:
    """Return why the backend `name` cannot be used here; None: it can."""
    if name != "testcontainers":
        return None
    try:
        client: Any = DockerClient().client
        client.ping()
        client.close()
    except (DockerException, OSError) as error:
        return f"needs a running Docker: {type(error).__name__}"
    return None


def _nothing() -> None:
    """Nobody follows these processes."""
