"""Whoever listens to a queue hears of it soon, also where another transaction holds back what is committed."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.dispatch.api import listening
from services.dispatch.api.listening import Broadcaster
from shared.db.engine import connect
from shared.http.tokens import Person
from shared.settings import Settings
from tests.support.running import until

pytestmark = pytest.mark.integration

ADMIN = Person(staff_id="admin", role="province_admin", region="150000")


async def test_an_event_that_was_held_back_is_told_without_waiting_for_the_slow_poll(
    settings: Settings, owner: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "POLL_S", 600.0)
    engine = connect(settings.database_url, "dispatch", "dispatch_stream")
    broadcaster = Broadcaster(engine)
    looking = asyncio.ensure_future(broadcaster.run())

    async def begun() -> bool:
        return broadcaster._seq is not None

    with broadcaster.listening(ADMIN) as listener:
        await until(begun)
        async with owner.connect() as older:
            await older.execute(text("SELECT pg_current_xact_id()"))
            await _tell(owner)
            broadcaster.wake()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(listener.waiting.get(), 0.5)
        event = await asyncio.wait_for(listener.waiting.get(), 10)
    assert event is not None
    assert (event.kind, event.work_item_id) == ("opened", "W1")

    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    await engine.dispose()


async def _tell(owner: AsyncEngine) -> None:
    async with owner.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO dispatch.queue_event (kind, work_item_id, tier, priority, home_region, offered_region)"
                " VALUES ('opened', 'W1', 'phone_manager', 1, '150000.150100.150102', '150000.150100.150102')"
            )
        )
