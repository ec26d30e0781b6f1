"""The whole platform on this machine: broker, database, issuer, services; one at a time, and nothing left behind."""

import asyncio
import fcntl
import os
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local import kafka, postgres
from deploy.local.folders import CHECKOUT, Folders
from deploy.local.kafka import Kafka
from deploy.local.ports import free_ports, until_listening
from deploy.local.postgres import Postgres
from deploy.local.processes import Child, Program, run
from deploy.roster import ROLES
from shared.clock import system_now
from shared.sealing import new_key

SERVICE_START_S = 60.0
DATABASE = "keepline"


class AlreadyRunningError(Exception):
    """Another platform of this checkout is up."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What other commands need to know of the running platform; kept in `running.json`."""

    pid: int
    profile: str
    started_at: str
    simulation: bool
    environment: dict[str, str]
    """The settings that a process needs to be part of it."""
    urls: dict[str, str]
    pids: dict[str, int | None]
    restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What kind of platform to start."""

    folders: Folders
    fresh: bool
    """Forget what an earlier run of this profile left."""
    simulation: bool
    console: Console
    extra: Mapping[str, str] = field(default_factory=dict)
    """Settings laid over the usual ones."""


class Platform:
    """A started platform."""

    def __init__(self, wanted: Wanted, ports: list[int]) -> None:
        self.wanted = wanted
        self.folders = wanted.folders
        self.users = self.folders.home / "users.json"
        self.children: dict[str, Child] = {}
        self._ports = iter(ports)
        self._environment: dict[str, str] = {}
        self._by_name: dict[str, int] = {}
        self.started_at = system_now().isoformat()

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings that a process needs to be part of this platform."""
        return dict(self._environment)

    @property
    def urls(self) -> dict[str, str]:
        """Return where each process serves HTTP."""
        return {name: child.program.url for name, child in self.children.items() if child.program.url}

    @property
    def restarts(self) -> int:
        """Return how often a process had to be started again."""
        return sum(child.restarts for child in self.children.values())

    async def start(self) -> None:
        """Start everything, in the order in which it is needed."""
        kafka.fetch(self.wanted.console)
        broker, database = await asyncio.gather(self._start_kafka(), self._start_postgres())
        self.children |= {"kafka": broker.child, "postgres": database.child}
        await _make_database(database)
        self._environment = self._settings(broker, database)
        log = self.folders.logs / "prepare.log"
        await run([sys.executable, "-m", "deploy.prepare"], log, self._environment)
        await self._add("issuer", ["deploy.local.issuer", str(self.users)])
        for role in ROLES:
            await self._add(role.name, list(role.module))
        await self._until_all_listen()

    async def _start_kafka(self) -> Kafka:
        place = kafka.Place(
            home=self.folders.home,
            logs=self.folders.logs,
            port=next(self._ports),
            controller_port=next(self._ports),
        )
        return await kafka.start(place, self.tell)

    async def _start_postgres(self) -> Postgres:
        home = self.folders.home
        return await postgres.start(home, self.folders.logs, next(self._ports), _secrets(home)["database"], self.tell)

    def _settings(self, broker: Kafka, database: Postgres) -> dict[str, str]:
        ports = {name: next(self._ports) for name in ("issuer", *(role.name for role in ROLES))}
        self._by_name = ports
        addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        return {
            "KEEPLINE_ENVIRONMENT": "development",
            "KEEPLINE_SIMULATION": str(self.wanted.simulation).lower(),
            "KEEPLINE_KAFKA": broker.bootstrap,
            "KEEPLINE_PARTITIONS_MAX": "4",
            "KEEPLINE_DATABASE_URL": database.url(DATABASE),
            "KEEPLINE_SECRET_KEY": _secrets(self.folders.home)["seal"],
            "KEEPLINE_ISSUER": addresses["issuer"],
            "KEEPLINE_ADDRESSES": msgspec.json.encode(addresses).decode(),
            "KEEPLINE_ARCHIVE_DIR": str(self.folders.home / "archive"),
            "PYTHONPATH": str(CHECKOUT),
            **self.wanted.extra,
        }

    async def add(self, child: Child) -> None:
        """Start one more process as part of the platform."""
        self.children[child.program.name] = child
        await child.start()

    async def _add(self, name: str, module: list[str]) -> None:
        port = self._by_name[name]
        program = Program(
            name=name,
            argv=[sys.executable, "-m", *module],
            log=self.folders.logs / f"{name}.log",
            env={**self._environment, "KEEPLINE_HTTP_PORT": str(port)},
            url=f"http://127.0.0.1:{port}",
        )
        await self.add(Child(program, self.tell))

    async def _until_all_listen(self) -> None:
        for name, port in self._by_name.items():
            await until_listening(port, name, self.folders.logs / f"{name}.log", SERVICE_START_S)

    async def stop(self) -> None:
        """End everything: services first, then what they stand on."""
        last = [self.children.pop(name) for name in ("kafka", "postgres") if name in self.children]
        await asyncio.gather(*(child.stop() for child in self.children.values()))
        await asyncio.gather(*(child.stop() for child in last))

    def tell(self) -> None:
        """Write down who runs where, for other commands and for whoever cleans up after a crash."""
        running = Running(
            pid=os.getpid(),
            profile=self.folders.profile,
            started_at=self.started_at,
            simulation=self.wanted.simulation,
            environment=self._environment,
            urls=self.urls,
            pids={name: child.pid for name, child in self.children.items()},
            restarts=self.restarts,
        )
        draft = self.folders.running.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(running)))
        draft.replace(self.folders.running)


@asynccontextmanager
async def platform(wanted: Wanted) -> AsyncIterator[Platform]:
    """Start a platform, and stop it at the end whatever happens.

    Raises:
        AlreadyRunningError: one of this checkout is up already.
        RuntimeError: a part of it did not come up.
    """
    folders = wanted.folders
    folders.root.mkdir(parents=True, exist_ok=True)
    with _locked(folders):
        _sweep_up(folders)
        if wanted.fresh:
            shutil.rmtree(folders.home, ignore_errors=True)
        folders.logs.mkdir(parents=True, exist_ok=True)
        started = Platform(wanted, free_ports(len(ROLES) + 4))
        try:
            await started.start()
            yield started
        finally:
            await started.stop()
            folders.running.unlink(missing_ok=True)


def _locked(folders: Folders) -> IO[str]:
    """Hold the checkout's lock for as long as the file is open; a dead process holds nothing."""
    held = folders.lock.open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        running = read_running(folders)
        which = f" (process {running.pid}, since {running.started_at})" if running else ""
        raise AlreadyRunningError(
            f"could not start: a platform of this checkout is running already{which}. "
            "`./keepline status` shows it, `./keepline down` stops it; or set KEEPLINE_DATA to another folder"
        ) from None
    return held


def read_running(folders: Folders) -> Running | None:
    """Return what the running platform wrote down; None: nothing is running."""
    try:
        return msgspec.json.decode(folders.running.read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _sweep_up(folders: Folders) -> None:
    """End what a killed platform left running; the lock is ours, so nobody else minds it."""
    left = read_running(folders)
    for pid in left.pids.values() if left else ():
        if pid and _is_ours(pid, folders):
            os.kill(pid, signal.SIGKILL)
    folders.running.unlink(missing_ok=True)


def _is_ours(pid: int, folders: Folders) -> bool:
    """Tell whether `pid` still is a process of this platform: numbers are used again."""
    try:
        told = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(folders.home).encode() in told


def _secrets(home: Path) -> dict[str, str]:
    """Return this profile's secrets, made the first time."""
    kept = home / "secrets.json"
    if not kept.exists():
        kept.touch(mode=0o600)
        made = {"database": secrets.token_urlsafe(24), "seal": new_key()}
        kept.write_bytes(msgspec.json.encode(made))
    found: dict[str, str] = msgspec.json.decode(kept.read_bytes())
    return found


async def _make_database(server: Postgres) -> None:
    engine = create_async_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        known = await connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": DATABASE})
        if known.one_or_none() is None:
            await connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    await engine.dispose()
