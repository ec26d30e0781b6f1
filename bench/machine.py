"""On what a figure was measured."""

import os
import platform
import resource
import sys
from pathlib import Path

from msgspec import Struct

from deploy.local.kafka import VERSION

PARENT, USED, ENDED = 1, 11, 13
"""Places in what Linux says of a process behind its name: its parent, its own ticks, those of children that ended."""


class Machine(Struct, frozen=True, kw_only=True):
    """The machine and the programs that decide its figures."""

    cpu: str
    memory_gb: float
    system: str
    python: str
    kafka: str


def machine() -> Machine:
    """Return what this machine is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        cpu=_cpu(),
        memory_gb=round(memory / 2**30, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        kafka=VERSION,
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_seconds(pid: int) -> float:
    """Return what process `pid` has used of all cores so far; 0.0 where the system doesn't say."""
    return sum(map(int, _stat(Path(f"/proc/{pid}/stat"))[USED:ENDED])) / os.sysconf("SC_CLK_TCK")


def peak_mb() -> int:
    """Return the most memory that this process has held; macOS tells it in bytes, others in KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> 20 if sys.platform == "darwin" else peak >> 10


def with_children(pid: int) -> float:
    """Return the CPU seconds that `pid` and its children have used so far, those that have ended among them."""
    stats = [_stat(each) for each in Path("/proc").glob("[0-9]*/stat")]
    alive = sum(sum(map(int, each[USED:ENDED])) for each in stats if each and int(each[PARENT]) == pid)
    own = _stat(Path(f"/proc/{pid}/stat"))[USED : ENDED + 2]
    return (alive + sum(map(int, own))) / os.sysconf("SC_CLK_TCK")


def _stat(file: Path) -> list[str]:
    try:
        return file.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
