"""The demo as a stranger runs it: the same seed gives the same summary, also when each process is killed on the way."""

import asyncio
import os
import random
import signal
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from deploy.local.folders import Folders
from deploy.local.platform import read_running
from tests.support.platforms import begin, end_of, processes_of
from tests.support.running import until

pytestmark = pytest.mark.e2e

PLAYED = ("demo", "--once", "--json", "--subscribers", "500", "--days", "20", "--seed", "7")
PATIENCE_S = 240.0
RULES = (
    "agent_assessment_end",
    "agreement_end",
    "arrears_risk",
    "complaint",
    "voluntary_suspension",
    "steep_bill_drop",
    "arrears_suspension",
    "rival_forwarding",
    "rival_hotline",
    "porting",
)
VICTIMS = ("sieve", "usage", "warning", "dispatch", "offers", "points", "kpi", "archive", "simulator")
VARYING = {"restarts", "seconds"}


@pytest.mark.timeout(2 * PATIENCE_S + 60)
async def test_a_demo_struck_by_kills_comes_to_the_same_summary(tmp_path: Path) -> None:
    calm = await end_of(await begin(tmp_path / "calm", *PLAYED), PATIENCE_S)
    struck_process = await begin(tmp_path / "struck", *PLAYED)
    killing = asyncio.create_task(_kill(tmp_path / "struck", seed=7))
    struck = await end_of(struck_process, PATIENCE_S)
    killing.cancel()
    with suppress(asyncio.CancelledError):
        await killing

    told, told_again = calm.last_line(), struck.last_line()
    assert (calm.code, struck.code) == (0, 0), struck.err
    assert (told["lost"], told["duplicated"], told["restarts"]) == (0, 0, 0), calm.err
    assert told_again["restarts"] == len(VICTIMS), "not every kill hit"
    assert _settled(told) == _settled(told_again)
    assert all(told["warnings"][rule] for rule in RULES), "a rule has nothing to show"  # type: ignore[index]
    assert all(told["work_items"].values()), "one of the two routes was not taken"  # type: ignore[attr-defined]
    assert not processes_of(tmp_path), "something was left running"


def _settled(told: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if name not in VARYING}


async def _kill(data: Path, seed: int) -> None:
    """Kill each of the demo's processes once, seconds apart and in no order, once the simulation runs."""
    drawn = random.Random(seed)
    for victim in drawn.sample(VICTIMS, len(VICTIMS)):
        await asyncio.sleep(drawn.uniform(4.0, 9.0))
        await until(partial(_struck, data, victim), PATIENCE_S, f"{victim} to run")


async def _struck(data: Path, victim: str) -> bool:
    """Kill `victim` if it runs beside the simulator."""
    running = read_running(Folders(data, "demo"))
    pid = running.pids.get(victim) if running and "simulator" in running.pids else None
    with suppress(ProcessLookupError):
        if pid:
            os.kill(pid, signal.SIGKILL)
            return True
    return False
