"""Many claims at once: an item comes into one hand only, and a hand holds one item only."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from shared.settings import Settings
from tests.integration.test_desk import RETAINED, Desk, desk_at
from tests.support.issuer import Issuer
from tests.support.tables import Tables

pytestmark = pytest.mark.integration


@pytest.fixture
async def desk(settings: Settings, tables: Tables, issuer: Issuer) -> AsyncIterator[Desk]:
    """Run dispatch for one test."""
    async with desk_at(settings, tables, issuer) as found:
        yield found


async def test_of_fifty_claims_of_two_callers_each_gets_one_item_and_no_item_goes_to_both(desk: Desk) -> None:
    await desk.open_items(10)
    reps = {name: desk.rep(name) for name in ("carl", "dora")}

    asked = list(reps) * 25
    answers = await asyncio.gather(*(reps[name].claim() for name in asked))

    hands: dict[str, set[str]] = defaultdict(set)
    for name, answer in zip(asked, answers, strict=True):
        hands[name].add(answer.json()["item"]["work_item_id"])
    assert [len(items) for items in hands.values()] == [1, 1]
    assert hands["carl"].isdisjoint(hands["dora"])
    assert await desk.tables.count("dispatch.work_item WHERE leased_by IS NOT NULL") == 2


async def test_ten_callers_work_a_queue_empty_and_nothing_is_worked_twice(desk: Desk) -> None:
    await desk.open_items(40)

    async def work(name: str) -> list[str]:
        rep, worked = desk.rep(name), list[str]()
        while (answer := await rep.claim()).status_code == 200:
            lease = answer.json()
            worked.append(lease["item"]["work_item_id"])
            assert (await rep.do("result", lease, f"result of {worked[-1]}", **RETAINED)).status_code == 200
        return worked

    worked = [item for items in await asyncio.gather(*(work(f"r{number}") for number in range(10))) for item in items]

    assert len(worked) == len(set(worked)) == 40
    assert await desk.tables.count("dispatch.contact") == 40
    assert await desk.tables.count("dispatch.work_item WHERE state = 'open'") == 0
