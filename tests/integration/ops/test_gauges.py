"""A service tells Prometheus how it is, whether or not anybody asks it for its readiness."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.ports import free_ports
from shared.db.engine import connect
from shared.failures import StopServiceError
from shared.http.app import Front
from shared.settings import Settings
from shared.station import Station, open_station
from tests.support.running import running, until

OUTBOX_ROW = (
    "INSERT INTO kpi.outbox (shard, topic, key, value, headers)"
    " VALUES (0, 'kpi.nothing.v1', CAST('k' AS bytea), CAST('{}' AS bytea), CAST('{}' AS jsonb))"
)


@dataclass
class Served:
    """A station that serves nothing but its health, from inside."""

    client: httpx.AsyncClient
    station: Station
    halt: asyncio.Event

    async def told(self, metric: str, value: float) -> None:
        """Wait until Prometheus would read `value`."""

        async def read() -> bool:
            return f'{metric}{{service="kpi"}} {value}' in (await self.client.get("/metrics")).text

        await until(read)


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[Served]:
    """Serve a station until the test ends."""
    opened: list[Station] = []
    halt = asyncio.Event()

    async def refuse() -> None:
        await halt.wait()
        raise StopServiceError("mend this first")

    async def run(settings: Settings) -> None:
        async with open_station(settings, "kpi") as station:
            opened.append(station)
            station.tasks.append(station.deciding(refuse))
            await station.serve(Front("nothing"), lambda: True)

    async with running(run, settings) as client:
        yield Served(client, opened[0], halt)


async def test_a_halted_service_is_told_as_halted_and_not_ready(served: Served) -> None:
    await served.told("keepline_ready", 1.0)
    await served.told("keepline_halted", 0.0)
    served.halt.set()
    await served.told("keepline_halted", 1.0)
    await served.told("keepline_ready", 0.0)
    assert (await served.client.get("/ready")).json() == {"status": "mend this first"}


async def test_a_service_without_its_database_is_not_ready(served: Served) -> None:
    await served.told("keepline_ready", 1.0)
    nobody = f"postgresql+asyncpg://keepline@127.0.0.1:{free_ports(1)[0]}/keepline"
    there, served.station.stream = served.station.stream, connect(nobody, "kpi", "kpi_stream")
    try:
        await served.told("keepline_ready", 0.0)
        answer = await served.client.get("/ready")
        assert (answer.status_code, answer.json()) == (503, {"status": "no database"})
    finally:
        served.station.stream = there
    await served.told("keepline_ready", 1.0)


async def test_what_waits_in_the_outbox_is_told(served: Served, owner: AsyncEngine) -> None:
    await served.told("keepline_outbox_rows", 0.0)
    async with owner.begin() as tx:
        await tx.execute(text(OUTBOX_ROW))
    await served.told("keepline_outbox_rows", 1.0)
