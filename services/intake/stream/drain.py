"""Waits until the whole road stands still: every stage at the end of what it hears, everything said published."""

import asyncio
from collections.abc import Mapping

import httpx
from aiokafka import TopicPartition

from shared.kafka.log_ends import LogReader

STAGES = ("sieve", "warning", "dispatch", "offers", "points", "kpi")
LOOK_S = 0.02
PATIENCE_S = 300.0


class StuckError(Exception):
    """A stage does not come to the end of what it hears."""


class Drain:
    """Visits the stages in their order, until a full pass finds all of them at rest."""

    def __init__(self, addresses: Mapping[str, str], reader: LogReader) -> None:
        self._addresses = addresses
        self._reader = reader
        self._http = httpx.AsyncClient(timeout=10.0)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def __call__(self, *further: str) -> None:
        """Wait for the stages of the road, and `further` ones behind them.

        Raises:
            StuckError: a stage halted, or moved too slowly.
        """
        stages = (*STAGES, *further)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for stage in stages:
                    while not await self._at_rest(stage):
                        await asyncio.sleep(LOOK_S)
                if all([await self._at_rest(stage) for stage in stages]):
                    return

    async def _at_rest(self, stage: str) -> bool:
        """Tell whether a stage is ready, has decided all that it hears, and has published all that it said."""
        try:
            ready = await self._http.get(f"{self._addresses[stage]}/ready")
            answer = await self._http.get(f"{self._addresses[stage]}/progress")
        except httpx.HTTPError:
            return False
        if answer.status_code != 200:
            return False
        told = answer.json()
        if told["halted"]:
            raise StuckError(f"{stage} halted: {told['halted']}")
        if ready.status_code != 200 or told["outbox"] or told["due"]:
            return False
        return await self._at_ends(told["positions"])

    async def _at_ends(self, positions: Mapping[str, Mapping[str, int]]) -> bool:
        reached = {
            TopicPartition(topic, int(partition)): offset
            for topic, partitions in positions.items()
            for partition, offset in partitions.items()
        }
        ends = await self._reader.ends(reached)
        return all(reached[place] >= end for place, end in ends.items())
