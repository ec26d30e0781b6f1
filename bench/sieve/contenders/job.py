"""What a contender's process is told, and what it answers."""

import sys
from pathlib import Path
from time import perf_counter, process_time

import msgspec
from msgspec import Struct


class Job(Struct, frozen=True, kw_only=True):
    """The work of one round."""

    kafka: str
    topic: str
    """It is read from its start until `records` were taken, which is all of it."""
    records: int
    signals: str
    days: str
    """Topics to say things on."""
    home: str
    """A folder for state that goes to disk, empty at the start."""
    group: str
    result: str
    """The file that the answer goes into."""


class Result(Struct, frozen=True, kw_only=True):
    """What a contender did in one round."""

    records: int
    seconds: float
    """From the first record in hand to the last effect acknowledged."""
    cpu_seconds: float
    """Of all its threads in that time."""

    @property
    def rate(self) -> float:
        """Return CDRs a second."""
        return self.records / self.seconds


class Stopwatch:
    """Runs from the first record in hand."""

    def __init__(self) -> None:
        self.records = 0
        self._began = self._cpu_began = 0.0

    def begin(self) -> None:
        """A first record is in hand; later calls change nothing."""
        if not self._began:
            self._began, self._cpu_began = perf_counter(), process_time()

    def stop(self) -> Result:
        """Everything that was said and kept is acknowledged."""
        return Result(
            records=self.records,
            seconds=perf_counter() - self._began,
            cpu_seconds=process_time() - self._cpu_began,
        )


def job() -> Job:
    """Return the job that this process was started with."""
    return msgspec.json.decode(sys.argv[1], type=Job)


def answer(told: Job, result: Result) -> None:
    """Write the answer where whoever gave the job looks for it."""
    Path(told.result).write_bytes(msgspec.json.encode(result))
