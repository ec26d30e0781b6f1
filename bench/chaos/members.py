"""The sieve's processes: they come, go, die and stand still."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field

import httpx

from bench.chaos.programme import MEMBERS, Blow
from bench.servers import Servers, environment
from deploy.local.ports import free_ports
from deploy.local.processes import Child, Program, tail
from shared.settings import Settings

SESSION_MS = 6_000
"""As short as the broker lets it be."""
PAUSE_S = SESSION_MS / 1000 + 3
"""Past the session: others take over, and whoever wakes up must not write any more."""
LOOK_S, LOOKS = 0.1, 900


@dataclass(slots=True)
class Members:
    """Up to three processes of one group."""

    servers: Servers
    settings: Settings
    alive: list[Child] = field(default_factory=list)
    ended: list[Child] = field(default_factory=list)

    async def join(self) -> None:
        """Start another process."""
        assert len(self.alive) < MEMBERS, "the programme lets no more come than there may be"
        name, port = f"sieve_{len(self.alive) + len(self.ended)}", free_ports(1)[0]
        argv = [sys.executable, "-m", "services.warning", "sieve"]
        env = environment(self.settings) | {
            "KEEPLINE_HTTP_PORT": str(port),
            "KEEPLINE_SESSION_TIMEOUT_MS": str(SESSION_MS),
        }
        log = self.servers.home / "logs" / f"{name}.log"
        child = Child(Program(name=name, argv=argv, log=log, env=env, url=f"http://127.0.0.1:{port}"))
        self.alive.append(child)
        await child.start()
        await self.at_work(child)

    async def at_work(self, child: Child) -> None:
        """Wait until a process has its partitions.

        Raises:
            RuntimeError: it doesn't get them; the message holds the end of its log.
        """
        async with httpx.AsyncClient() as http:
            for _ in range(LOOKS):
                if await _ready(http, f"{child.program.url}/ready"):
                    return
                await asyncio.sleep(LOOK_S)
        raise RuntimeError(f"{child.program.name} is not at work:\n{tail(child.program.log)}")

    async def strike(self, blow: Blow) -> None:
        """Do what the programme says, to somebody who is at work."""
        if blow.kind == "join":
            await self.join()
            return
        victim = self.alive[int(blow.whom * len(self.alive))]
        await self.at_work(victim)
        await asyncio.sleep(blow.after_s)
        if blow.kind == "leave":
            self.alive.remove(victim)
            self.ended.append(victim)
            await victim.stop()
        elif victim.pid and blow.kind == "kill":
            os.kill(victim.pid, signal.SIGKILL)
        elif victim.pid:
            await _pause(victim.pid)

    async def stop(self) -> None:
        """End all that are left."""
        await asyncio.gather(*(child.stop() for child in self.alive))

    @property
    def restarts(self) -> int:
        """Return how often a process was started again."""
        return sum(child.restarts for child in (*self.alive, *self.ended))


async def _pause(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(PAUSE_S)
    finally:
        os.kill(pid, signal.SIGCONT)


async def _ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx.HTTPError:
        return False
