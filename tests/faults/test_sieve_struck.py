"""The sieve under a short programme of blows: what it says is what an undisturbed one says."""

import pytest
from rich.console import Console

from bench.chaos import run as chaos
from bench.chaos.programme import programme
from bench.sieve.traffic import Plan

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


async def test_kills_pauses_and_rebalances_change_nothing_that_is_said() -> None:
    plan = Plan(cdrs=600_000, subscribers=5_000, days=24, seed=3)
    report = await chaos.run(plan, 2_000, programme(kills=3, pauses=1, rebalances=4, seed=3), Console(stderr=True))
    assert report.differences == []
    assert report.restarts == 3
    assert report.signals > 0
    assert report.usage_days > 0
