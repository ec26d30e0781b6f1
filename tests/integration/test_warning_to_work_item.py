"""From a forwarding to a rival, over real Kafka and PostgreSQL, to an item in somebody's hand."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.dispatch.wiring import run as run_dispatch
from services.warning.wiring import run_rules
from shared.settings import Settings
from tests.support.builders import at, bill, customer, forwarding, subscription
from tests.support.running import begin_now, producing, publish, running, until

pytestmark = pytest.mark.integration


async def test_a_forwarding_to_a_rival_becomes_one_open_item(settings: Settings, owner: AsyncEngine) -> None:
    await begin_now(settings, ["warning", "dispatch"])

    async def counted(table: str, count: int) -> bool:
        async with owner.connect() as tx:
            found: int = (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
        return found == count

    async with owner.begin() as tx:
        await tx.execute(text("SELECT platform.move_business_clock('2026-03-05 12:00+08')"))
    async with running(run_rules, settings), running(run_dispatch, settings), producing(settings) as producer:
        await publish(producer, [customer(stars=6), subscription()])
        await publish(producer, [bill("2026-02", 250)])
        await until(lambda: counted("warning.memory WHERE owner = 'profile'", 1))
        await publish(producer, [forwarding(at("2026-03-05 10:00"))])
        await until(lambda: counted("dispatch.work_item", 1))

    async with owner.connect() as tx:
        item = (await tx.execute(text("SELECT tier, state, assigned_to FROM dispatch.work_item"))).one()
        warning = (await tx.execute(text("SELECT rule_id, state, level FROM dispatch.warning"))).one()
    assert item == ("customer_manager", "open", None)
    assert warning == ("rival_forwarding", "open", 3)
