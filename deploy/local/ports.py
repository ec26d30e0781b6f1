"""Free ports on 127.0.0.1."""

import asyncio
import socket
from itertools import islice
from pathlib import Path
from random import SystemRandom

from deploy.local.processes import tail

LOOK_S = 0.05
PORTS = range(15_000, 32_000)
"""Below those that systems give to outgoing connections (Linux: from 32768), of which one could take a service's port
while the service restarts."""


def free_ports(count: int) -> list[int]:
    """Return `count` ports that nobody uses now, drawn at random so that two platforms hardly meet.

    Raises:
        RuntimeError: there are not so many.
    """
    free = (port for port in SystemRandom().sample(PORTS, len(PORTS)) if _is_free(port))
    found = list(islice(free, count))
    if len(found) < count:
        raise RuntimeError(f"fewer than {count} ports from {PORTS.start} to {PORTS.stop - 1} are free on 127.0.0.1")
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


async def listening(port: int) -> bool:
    """Tell whether somebody accepts connections on `port`."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def until_listening(port: int, name: str, log: Path, patience_s: float) -> None:
    """Wait until somebody accepts connections on `port`.

    Raises:
        RuntimeError: nobody did within `patience_s`; the message holds the end of `log`.
    """
    for _ in range(int(patience_s / LOOK_S)):
        if await listening(port):
            return
        await asyncio.sleep(LOOK_S)
    raise RuntimeError(f"could not start {name} within {patience_s:.0f} s:\n{tail(log)}")
