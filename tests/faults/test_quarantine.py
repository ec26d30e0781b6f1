"""A rule that fails or hangs is put aside alone; mended or released, it takes what it missed as if nothing had been."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from services.warning import wiring
from services.warning.domain.decide import AnyRule
from services.warning.domain.rules.rival_forwarding import RULE as FORWARDING
from services.warning.storage import troubles
from services.warning.stream import catch_up, ruling
from services.warning.wiring import run_rules
from shared.settings import Settings
from shared.watchdog import EXIT_STALLED
from tests.support.builders import at, customer, forwarding, subscription
from tests.support.processes import environment
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.tables import Tables

pytestmark = pytest.mark.faults

NUMBERS = [f"+8613300000{index:03d}" for index in range(6)]
WARNED = "SELECT rule_id, facts ->> 'msisdn' FROM warning.warning ORDER BY 1, 2"
EVENTS = [forwarding(at(f"2026-03-0{place + 1} 10:00"), number) for place, number in enumerate(NUMBERS)]
ECHO = replace(FORWARDING, id="echo")
HANGING = """
import asyncio
from dataclasses import replace
from services.warning.domain.rules.rival_forwarding import RULE
from services.warning.stream import catch_up, ruling
from services.warning.wiring import run_rules
from shared.settings import Settings

def hang(*_):
    while True:
        pass

rules = (replace(RULE, step=hang), replace(RULE, id="echo"))
ruling.all_rules = catch_up.all_rules = lambda: rules
asyncio.run(run_rules(Settings()))
"""


def broken(*_: Any) -> Any:
    """Raise, as a bug does."""
    raise ZeroDivisionError("no legs")


BROKEN = replace(FORWARDING, step=broken)


@pytest.fixture
async def producer(settings: Settings, tables: Tables) -> AsyncIterator[AIOKafkaProducer]:
    """Tell who holds the numbers."""
    await begin_now(settings, ["warning"])
    async with running(run_rules, settings), producing(settings) as opened:
        await publish(opened, [customer()])
        await publish(opened, [subscription(number, subscription_id=number) for number in NUMBERS])
        await tables.until_count("warning.subscription", len(NUMBERS))
        await tables.until_count("warning.inbox", 1 + len(NUMBERS))
    async with producing(settings) as opened:
        yield opened


def with_rules(monkeypatch: pytest.MonkeyPatch, *rules: AnyRule) -> None:
    """Let these be all rules that there are."""
    for module in (ruling, catch_up):
        monkeypatch.setattr(module, "all_rules", lambda: rules)


async def decided(producer: AIOKafkaProducer, tables: Tables, events: Sequence[Any]) -> None:
    """Publish `events` one by one, and wait until each is decided."""
    for event in events:
        await publish(producer, [event])
        await tables.until_count(f"warning.inbox WHERE event_id = '{event.id}'", 1)


def warnings(*rules: str, numbers: Sequence[str] = NUMBERS) -> list[tuple[str, str]]:
    """Return what the table holds when each of `rules` has warned of each number once."""
    return [(rule, number) for rule in sorted(rules) for number in numbers]


async def test_after_three_failures_a_rule_is_asked_no_more_and_the_others_go_on(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_rules(monkeypatch, BROKEN, ECHO)
    async with running(run_rules, settings) as client:
        await decided(producer, tables, EVENTS)
        errors = await tables.column("SELECT error FROM warning.missed_fact ORDER BY id")
        await until(lambda: _shows(client, 'keepline_rule_quarantined{rule="rival_forwarding"} 1.0'))

    assert await tables.rows(WARNED) == warnings("echo")
    assert errors == 3 * ["ZeroDivisionError: no legs"] + 3 * [None]
    assert await tables.count("warning.dead_letter") == 0


async def _shows(client: Any, line: str) -> bool:
    return line in (await client.get("/metrics")).text


@pytest.mark.parametrize("way", ["mended", "released"])
async def test_a_rule_takes_what_it_missed_as_if_nothing_had_been(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    with_rules(monkeypatch, BROKEN, ECHO)
    async with running(run_rules, settings):
        await decided(producer, tables, EVENTS)

    with_rules(monkeypatch, replace(FORWARDING, version=FORWARDING.version + (way == "mended")), ECHO)
    if way == "released":
        assert await wiring.release(settings, "rival_forwarding") == len(NUMBERS)
    async with running(run_rules, settings):
        await tables.until_count("warning.missed_fact", 0)
        await decided(producer, tables, [forwarding(at("2026-03-20 10:00"), NUMBERS[0], None)])

    assert await tables.rows(WARNED) == warnings("echo", "rival_forwarding")
    assert await wiring.release(settings, "no_such_rule") is None


async def test_a_rule_in_quarantine_stays_there_over_a_restart(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_rules(monkeypatch, BROKEN, ECHO)
    async with running(run_rules, settings):
        await decided(producer, tables, EVENTS[:3])
    async with running(run_rules, settings):
        await decided(producer, tables, EVENTS[3:])

    ((trouble, missed),) = await wiring.troubles(settings)
    assert (trouble.rule_id, trouble.failures, trouble.quarantined, missed) == ("rival_forwarding", 3, True, 6)


async def test_a_rule_that_hangs_is_written_down_and_put_aside_before_the_third_try(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, tmp_path: Path
) -> None:
    await publish(producer, EVENTS[:1])
    brief = settings.model_copy(update={"stall_s": 3.0})

    codes = [await _run_until_it_ends(brief, tmp_path / f"{number}.log") for number in range(troubles.HANGS_MAX)]
    assert codes == [EXIT_STALLED] * troubles.HANGS_MAX
    third = await _started(brief, tmp_path / "third.log")
    try:
        await tables.until_count("warning.missed_fact", 1)
        await tables.until_count("warning.warning WHERE rule_id = 'echo'", 1)
    finally:
        third.kill()
        await third.wait()

    ((trouble, missed),) = await wiring.troubles(settings)
    assert (trouble.rule_id, trouble.hangs, trouble.quarantined, missed) == ("rival_forwarding", 2, True, 1)


async def _started(settings: Settings, log: Path) -> asyncio.subprocess.Process:
    with log.open("w") as out:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", HANGING, env=environment(settings), stdout=out, stderr=out
        )


async def _run_until_it_ends(settings: Settings, log: Path) -> int:
    process = await _started(settings, log)
    try:
        async with asyncio.timeout(60):
            return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
