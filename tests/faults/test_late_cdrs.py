"""Days of usage on a real log: mended while CDRs may come late, told where nothing more comes, final at last."""

from datetime import timedelta

import pytest

from services.warning.domain.sieve.networks import Lateness
from services.warning.stream import sieve
from services.warning.wiring import run_sieve
from shared.events.signal_heard import SignalHeard
from shared.events.usage_day import UsageDay
from shared.settings import Settings
from tests.support.builders import at
from tests.support.cdrs import days_in, end_of_time, signals_in, told_days, traffic
from tests.support.running import producing, publish, running, until
from tests.support.said import Marks, said
from tests.support.sieved import begun, facts, publish_to_the_end, until_checkpointed
from tests.support.tables import Tables

pytestmark = pytest.mark.faults

FIRST = at("2026-03-05 00:00")


@pytest.fixture
async def marks(settings: Settings) -> Marks:
    """Begin at the present ends of the logs."""
    return await begun(settings)


async def test_a_day_that_comes_late_is_told_again_and_only_of_those_who_changed(
    settings: Settings, tables: Tables, marks: Marks
) -> None:
    cdrs = traffic(5, 500, FIRST, timedelta(hours=20))
    late = traffic(6, 40, FIRST, timedelta(hours=20))

    async with running(run_sieve, settings), producing(settings) as producer:
        await publish_to_the_end(producer, cdrs, settings)
        await until_checkpointed(tables, marks, len(cdrs) + 2)
        told_before = await said(settings, marks, UsageDay)
        # Some of it is sent again: it must be known from before.
        await publish(producer, [*late, *cdrs[:100]])
        await until_checkpointed(tables, marks, len(cdrs) + 2 + len(late) + 100)

    days = await said(settings, marks, UsageDay)
    assert told_days(told_before) == days_in(cdrs)
    assert told_days(days) == days_in([*cdrs, *late])
    known = {day.id for day in told_before}
    assert {day.msisdn for day in days if day.id not in known} == {cdr.msisdn for cdr in late}
    assert facts(await said(settings, marks, SignalHeard)) == signals_in([*cdrs, *late])


async def test_cdrs_beyond_the_lateness_are_kept_and_their_day_stays_as_told(
    settings: Settings, tables: Tables, marks: Marks
) -> None:
    cdrs = traffic(9, 300, FIRST, timedelta(hours=20))
    late = traffic(10, 50, FIRST, timedelta(hours=20))
    days_later = end_of_time(FIRST + timedelta(days=3), settings.partitions_max)

    async with running(run_sieve, settings), producing(settings) as producer:
        await publish(producer, [*cdrs, *days_later])
        await until_checkpointed(tables, marks, len(cdrs) + 2)
        await publish(producer, [*late, *late])
        await until_checkpointed(tables, marks, len(cdrs) + 2 + 2 * len(late))

    kept = await tables.rows("SELECT cdr_id, msisdn, content->>'occurred_at' FROM warning.late_cdr")
    assert sorted(kept) == sorted({(cdr.id, cdr.msisdn, cdr.occurred_at.isoformat()) for cdr in late})
    assert told_days(await said(settings, marks, UsageDay)) == days_in(cdrs)
    assert facts(await said(settings, marks, SignalHeard)) == signals_in([*cdrs, *late])
    assert await tables.count("warning.sieve_segment") > 0


async def test_a_partition_that_hears_nothing_more_tells_its_days_too(
    settings: Settings, tables: Tables, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other partitions' time closes its day; what comes later still corrects it."""
    monkeypatch.setattr(sieve, "KNOWLEDGE_S", 0.2)
    monkeypatch.setattr(sieve, "Lateness", lambda: Lateness(idle_s=1))
    cdrs = traffic(11, 300, FIRST, timedelta(hours=20))
    (one, _) = end_of_time(cdrs[-1].occurred_at, settings.partitions_max)
    late = traffic(12, 20, FIRST, timedelta(hours=20))

    async def all_told() -> bool:
        return told_days(await said(settings, marks, UsageDay)) == days_in(cdrs)

    async with running(run_sieve, settings), producing(settings) as producer:
        await publish(producer, [*cdrs, one])
        await until(all_told, what="the days of both partitions")
        await publish(producer, late)
        await until_checkpointed(tables, marks, len(cdrs) + 1 + len(late))

    assert told_days(await said(settings, marks, UsageDay)) == days_in([*cdrs, *late])
