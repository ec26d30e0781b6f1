"""Free ports on 127.0.0.1."""

import asyncio
import socket
from pathlib import Path

from deploy.local.processes import tail

LOOK_S = 0.05


def free_ports(count: int) -> list[int]:
    """Return `count` ports that nobody listens on now; all are held open until the last is found, so they differ."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


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
