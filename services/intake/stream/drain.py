"""Waits until the whole road stands still: every stage at the end of what it hears, everything said published."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from aiokafka import TopicPartition

from shared.kafka.log_ends import LogReader

STAGES = ("sieve", "warning", "dispatch", "offers", "points", "kpi")
LOOK_S = 0.02
PATIENCE_S = 300.0


class StuckError(Exception):
    """A stage does not come to the end of what it hears."""


class Drain:
    """Passes over the stages until a full pass finds all of them at rest, and nothing new in any log after it."""

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
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await self._at_rest(stages):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as late:
            raise StuckError(f"the road did not come to rest within {PATIENCE_S:.0f} s") from late

    async def _at_rest(self, stages: Sequence[str]) -> bool:
        told = await asyncio.gather(*(self._progress(stage) for stage in stages))
        heard = [place for each in told if each for place in _positions(each)]
        if not all(told) or not heard:
            return False
        before = await self._reader.ends(heard)
        again = await asyncio.gather(*(self._progress(stage) for stage in stages))
        if not all(each and _idle(each, before) for each in again):
            return False
        return await self._reader.ends(heard) == before

    async def _progress(self, stage: str) -> dict[str, Any] | None:
        """Return how far a stage is; None: it is not up."""
        try:
            answer = await self._http.get(f"{self._addresses[stage]}/progress")
        except httpx.HTTPError:
            return None
        if answer.status_code != 200:
            return None
        told: dict[str, Any] = answer.json()
        if told["halted"]:
            raise StuckError(f"{stage} halted: {told['halted']}")
        return told


def _idle(told: Mapping[str, Any], ends: Mapping[TopicPartition, int]) -> bool:
    """Tell whether a stage is ready, has decided all that it hears, and has published all that it said."""
    if not told["ready"] or told["outbox"] or told["due"]:
        return False
    return all(offset >= ends.get(place, 0) for place, offset in _positions(told).items())


def _positions(told: Mapping[str, Any]) -> dict[TopicPartition, int]:
    return {
        TopicPartition(topic, int(partition)): offset
        for topic, partitions in told["positions"].items()
        for partition, offset in partitions.items()
    }
