"""The one command as a user runs it: as a process of its own, with its data in a folder of the test's."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from deploy.local.folders import CHECKOUT, Folders
from deploy.local.platform import Running, read_running
from deploy.local.signals import INTERRUPTED
from tests.support.running import until

COMMAND = str(CHECKOUT / "keepline")
START_S = 120.0
STOP_S = 40.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def last_line(self) -> dict[str, object]:
        """Return the JSON object that the last line of standard output is."""
        told: dict[str, object] = msgspec.json.decode(self.out.splitlines()[-1])
        return told


async def begin(data: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Start `./keepline` with `arguments`."""
    return await asyncio.create_subprocess_exec(
        COMMAND,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "KEEPLINE_DATA": str(data), "COLUMNS": "160"},
        start_new_session=True,
    )


async def end_of(process: asyncio.subprocess.Process, patience_s: float) -> Ended:
    """Wait for the end of a command."""
    try:
        out, err = await asyncio.wait_for(process.communicate(), patience_s)
    except TimeoutError:
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
        raise AssertionError(f"it did not end within {patience_s} s: {err.decode()[-2_000:]}") from None
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


async def keepline(data: Path, *arguments: str, patience_s: float = 60.0) -> Ended:
    """Run a command to its end."""
    return await end_of(await begin(data, *arguments), patience_s)


@asynccontextmanager
async def platform_up(data: Path, *options: str) -> AsyncIterator[Running]:
    """Run `./keepline up` until the context ends, and have it stop as SIGTERM asks."""
    process = await begin(data, "up", *options)
    try:
        await until(lambda: _all_up(data, process), START_S)
        yield running(data)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        ended = await end_of(process, STOP_S)
    assert ended.code == INTERRUPTED, ended.err


async def _all_up(data: Path, process: asyncio.subprocess.Process) -> bool:
    """Tell whether the platform has shown what runs: it does so when everything listens."""
    assert process.returncode is None, (await end_of(process, STOP_S)).err
    return (await keepline(data, "status")).code == 0 and "archive" in running(data).pids


def running(data: Path) -> Running:
    """Return what the platform wrote down."""
    found = read_running(Folders(data, "platform"))
    assert found is not None, "nothing is running"
    return found


def processes_of(data: Path) -> list[int]:
    """Return the processes that know the folder `data`, by their environment or command line."""
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _knows(entry, data)]


def _knows(process: Path, data: Path) -> bool:
    try:
        told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
    except OSError:
        return False
    return str(data).encode() in told


def listening_addresses(pids: list[int]) -> set[str]:
    """Return the addresses, in hex as Linux tells them, that `pids` listen on."""
    sockets = {inode for pid in pids for inode in _sockets(pid)}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN and fields[9] in sockets:
                found.add(fields[1].partition(":")[0])
    return found


LISTEN = "0A"
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F"}
"""127.0.0.1, and the same as IPv6 writes it."""


def _sockets(pid: int) -> set[str]:
    try:
        links = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return set()
    return {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}
