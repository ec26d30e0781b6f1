"""The other contenders: each round is a fresh process with topics, state and a group of its own."""

import asyncio
import sys

import msgspec

from bench.servers import Servers, environment
from bench.sieve import logs
from bench.sieve.contenders.job import Job, Result
from bench.sieve.outputs import Outputs
from deploy.local.processes import Child, Program, tail

PATIENCE_S = 900.0


async def run(servers: Servers, module: str, name: str, input_: tuple[str, int]) -> tuple[Result, Outputs]:
    """Let contender `module` take all of a topic, whose name and size are `input_`, in a round called `name`.

    Raises:
        RuntimeError: it failed, or did not come to its end in time; the message holds the end of its log.
    """
    told = _job(servers, name, input_)
    settings = servers.settings("postgres")
    await logs.make_topics(settings, (told.signals, told.days))
    log = servers.home / "logs" / f"{name}.log"
    argv = [sys.executable, "-m", f"bench.sieve.contenders.{module}", msgspec.json.encode(told).decode()]
    child = Child(Program(name=name, argv=argv, log=log, env=environment(settings), keep=False, restarts_max=0))
    await child.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await child.wait()
    except TimeoutError as late:
        raise RuntimeError(f"{name} did not end within {PATIENCE_S:.0f} s:\n{tail(log)}") from late
    finally:
        await child.stop()
    result = msgspec.json.decode((servers.home / name / "result.json").read_bytes(), type=Result)
    return result, await logs.said(settings, told.signals, told.days)


def _job(servers: Servers, name: str, input_: tuple[str, int]) -> Job:
    home = servers.home / name
    (home / "state").mkdir(parents=True)
    return Job(
        kafka=servers.kafka.bootstrap,
        topic=input_[0],
        records=input_[1],
        signals=f"{name}.signals",
        days=f"{name}.days",
        home=str(home / "state"),
        group=name,
        result=str(home / "result.json"),
    )
