"""The other contenders: each round is a fresh process with topics, state and a group of its own."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.peers import streams
from bench.peers.streams import Input, StreamsJob
from bench.servers import Servers, environment
from bench.sieve import logs
from bench.sieve.contenders.job import Job, Result
from bench.sieve.outputs import Outputs
from deploy.local.processes import Child, Program, tail

PATIENCE_S = 900.0
MODULES: Mapping[str, str] = {"client": "ceiling", "faust": "faust_table", "quix": "quix_windows"}
"""Contenders in Python; the others run on Kafka Streams."""
WARM_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Task:
    """One round of one contender."""

    contender: str
    called: str
    topic: str
    records: int
    warm: tuple[str, int]
    """A topic and its size for whoever has to warm up first."""


async def run(servers: Servers, task: Task) -> tuple[Result, Outputs]:
    """Let a contender take all of a topic.

    Raises:
        RuntimeError: it failed, or did not come to its end in time; the message holds the end of its log.
    """
    name, home = task.called, servers.home / task.called
    (home / "state").mkdir(parents=True)
    input_ = _input(task.called, task.topic, task.records)
    warm = [_input(f"{name}.warm_{number}", *task.warm) for number in range(WARM_ROUNDS)]
    settings = servers.settings("postgres")
    inputs = [input_] if task.contender in MODULES else [input_, *warm]
    await logs.make_topics(settings, [topic for each in inputs for topic in (each.signals, each.days)])
    log = servers.home / "logs" / f"{name}.log"
    argv = _argv(servers, task.contender, input_, warm)
    child = Child(Program(name=name, argv=argv, log=log, env=environment(settings), keep=False, restarts_max=0))
    await child.start()
    try:
        async with asyncio.timeout(PATIENCE_S):
            await child.wait()
    except TimeoutError as late:
        raise RuntimeError(f"{name} did not end within {PATIENCE_S:.0f} s:\n{tail(log)}") from late
    finally:
        await child.stop()
    return _answer(home / "result.json", log), await logs.said(settings, input_.signals, input_.days)


def _answer(file: Path, log: Path) -> Result:
    if not file.exists():
        raise RuntimeError(f"no result:\n{tail(log)}")
    return msgspec.json.decode(file.read_bytes(), type=Result)


def _input(name: str, topic: str, records: int) -> Input:
    return Input(topic=topic, records=records, signals=f"{name}.signals", days=f"{name}.days", group=name)


def _argv(servers: Servers, contender: str, input_: Input, warm: Sequence[Input]) -> list[str]:
    """Return the command of a contender's process."""
    home = servers.home / input_.group
    told = msgspec.structs.asdict(input_) | {
        "kafka": servers.kafka.bootstrap,
        "home": str(home / "state"),
        "result": str(home / "result.json"),
    }
    if contender in MODULES:
        job = msgspec.json.encode(Job(**told)).decode()
        return [sys.executable, "-m", f"bench.sieve.contenders.{MODULES[contender]}", job]
    guarantee = streams.GUARANTEES[contender]
    file = home / "job.json"
    file.write_bytes(
        msgspec.json.encode(
            StreamsJob(**told, guarantee=guarantee.name, commit_ms=guarantee.commit_ms, warm=tuple(warm))
        )
    )
    return streams.argv(file)
