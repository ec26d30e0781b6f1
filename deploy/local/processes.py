"""Child processes: each with its log, ended with us, started again when it dies."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
GRACE_S = 10.0
"""A process that has not ended so long after SIGTERM is killed."""
RESTART_WAITS_S = (0.0, 0.2, 1.0, 3.0)
SETTLED_S = 30.0
"""A process that lived so long is started again at once, as if it had never died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, and how."""

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None
    """Where it serves HTTP; None: it doesn't."""
    stop_signal: signal.Signals = signal.SIGTERM
    keep: bool = True
    """Start it again whenever it ends; otherwise only when it ends by a failure."""
    restarts_max: int = 200
    """After so many restarts it is given up: something is wrong that restarting does not mend."""


class Child:
    """One program, kept running."""

    def __init__(self, program: Program, changed: Callable[[], None] = lambda: None) -> None:
        self.program = program
        self.restarts = 0
        self._finished: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id; None: it is not running just now."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if alive and self._process else None

    async def start(self) -> None:
        """Start it, and keep it from then on."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep())

    async def start_until(self, ready: Awaitable[None]) -> None:
        """Start it and wait until it is `ready`; where that fails or is given up, it is ended again."""
        await self.start()
        try:
            await ready
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End it: by its signal, then by SIGKILL."""
        if self._keeper:
            self._keeper.cancel()
        if self._process and self._process.returncode is None:
            await _end(self._process, self.program.stop_signal)

    async def wait(self) -> int:
        """Return the exit code of a program that is not to be kept, once it has ended well.

        Raises:
            RuntimeError: it was given up; the message holds the end of its log.
        """
        return await asyncio.shield(self._finished)

    async def _keep(self) -> None:
        while True:
            started = asyncio.get_running_loop().time()
            assert self._process is not None
            code = await self._process.wait()
            if code == 0 and not self.program.keep:
                self._finished.set_result(code)
                return
            if self.restarts >= self.program.restarts_max:
                self._finished.set_exception(
                    RuntimeError(f"{self.program.name} keeps failing:\n{tail(self.program.log)}")
                )
                return
            lived = asyncio.get_running_loop().time() - started
            wait = 0.0 if lived > SETTLED_S else RESTART_WAITS_S[min(self.restarts, len(RESTART_WAITS_S) - 1)]
            await asyncio.sleep(wait)
            self.restarts += 1
            await self._spawn()

    async def _spawn(self) -> None:
        self._process = await spawn(self.program)
        self._changed()


async def spawn(program: Program) -> asyncio.subprocess.Process:
    """Start `program` in a session of its own: a terminal's Ctrl-C reaches us alone, and we end it in order."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as sink:
        return await asyncio.create_subprocess_exec(
            *program.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env={**os.environ, **program.env},
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )


def _die_with_parent() -> None:
    """Ask Linux to kill us when the parent dies, however it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


async def _end(process: asyncio.subprocess.Process, stop_signal: signal.Signals) -> None:
    process.send_signal(stop_signal)
    try:
        await asyncio.wait_for(process.wait(), GRACE_S)
    except TimeoutError:
        process.kill()
        await process.wait()


async def run(argv: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a command to its end; given up, it is killed.

    Raises:
        RuntimeError: it failed; the message holds the end of its log.
    """
    process = await spawn(Program(name=Path(argv[0]).name, argv=argv, log=log, env=env or {}))
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if code != 0:
        raise RuntimeError(f"could not run {Path(argv[0]).name}:\n{tail(log)}")


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of `log`."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
