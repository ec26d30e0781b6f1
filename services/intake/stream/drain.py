"""Waits until the whole road stands still: every stage at the end of what it hears, everything said published."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from aiokafka import TopicPartition

from shared.kafka.log_ends import LogReader

STAGES = ("sieve", "usage", "warning", "dispatch", "offers", "points", "kpi")
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
        self._why: str | None = None

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def __call__(self, *further: str) -> None:
        """Wait for the stages of the road, and `further` ones behind them.

        Raises:
            StuckError: a stage halted, or moved too slowly; the message says which one waits for what.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._until_rest((*STAGES, *further))
        except TimeoutError as late:
            raise StuckError(f"the road did not come to rest within {PATIENCE_S:.0f} s: {self._why}") from late

    async def _until_rest(self, stages: Sequence[str]) -> None:
        why: str | None = "nothing was looked at yet"
        while why:
            # In the order of the road: who waits for an earlier stage need not be asked yet, and answering costs time.
            heard = [place for stage in stages for place in await self._rest_of(stage)]
            why = self._why = await self._unrest(stages, heard)

    async def _rest_of(self, stage: str) -> list[TopicPartition]:
        """Wait until a stage is at rest by itself; return what it hears."""
        while True:
            told = await self._progress(stage)
            heard = list(_positions(told)) if told else []
            why = why_busy(told, await self._reader.ends(heard)) if told else "does not answer"
            if why is None:
                return heard
            self._why = f"{stage}: {why}"
            await asyncio.sleep(LOOK_S)

    async def _unrest(self, stages: Sequence[str], heard: Sequence[TopicPartition]) -> str | None:
        """Return what still moves; None: a full pass found all at rest, and nothing new came after it."""
        before = await self._reader.ends(heard)
        told = await asyncio.gather(*(self._progress(stage) for stage in stages))
        for stage, answer in zip(stages, told, strict=True):
            why = why_busy(answer, before) if answer else "does not answer"
            if why:
                return f"{stage}: {why}"
        return None if heard and await self._reader.ends(heard) == before else "new records came in"

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


def why_busy(told: Mapping[str, Any], ends: Mapping[TopicPartition, int]) -> str | None:
    """Return what a stage still has to do; None: it is ready, has decided all it hears and published all it said.

    `told` is what it answered on `/progress`, `ends` what was known of the logs before it did.
    """
    if not told["ready"]:
        return "not ready"
    if told["outbox"] or told["due"]:
        return f"{told['outbox']} events unpublished, {told['due']} days not swept"
    # A place that was not heard of before the ends were asked for has only just been assigned: nothing is known of it.
    behind = [place for place, offset in _positions(told).items() if place not in ends or offset < ends[place]]
    return f"behind on {behind[0].topic}/{behind[0].partition}" if behind else None


def _positions(told: Mapping[str, Any]) -> dict[TopicPartition, int]:
    return {
        TopicPartition(topic, int(partition)): offset
        for topic, partitions in told["positions"].items()
        for partition, offset in partitions.items()
    }
