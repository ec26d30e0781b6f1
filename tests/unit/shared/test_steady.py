"""A step is done again and again: at once when woken, after an outage too, never after a bug."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from shared.steady import Steadily

pytestmark = pytest.mark.unit

LONG_S = 3_600.0


class Steps:
    """Counts the steps that were done, and fails the first ones as told."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.done: asyncio.Queue[int] = asyncio.Queue()

    async def __call__(self) -> None:
        """Do one."""
        self.done.put_nowait(1)
        if self._failures:
            raise self._failures.pop(0)


@asynccontextmanager
async def going(step: Callable[[], Awaitable[None]], every_s: float) -> AsyncIterator[Steadily]:
    """Run steadily until the context ends."""
    steady = Steadily(step, every_s)
    task = asyncio.ensure_future(steady.run())
    try:
        yield steady
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def one_more(steps: Steps) -> None:
    """Wait for one more step."""
    await asyncio.wait_for(steps.done.get(), 10)


async def test_it_begins_at_once_and_goes_on_when_woken() -> None:
    steps = Steps()
    async with going(steps, LONG_S) as steady:
        for _ in range(3):
            await one_more(steps)
            steady.wake()
    assert steps.done.qsize() <= 1


async def test_it_goes_on_unwoken_at_its_own_pace() -> None:
    steps = Steps()
    async with going(steps, 0.001):
        for _ in range(3):
            await one_more(steps)


async def test_being_woken_during_a_step_is_not_forgotten() -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), 0

    async def slow() -> None:
        nonlocal done
        begun.set()
        await go_on.wait()
        done += 1
        if done == 2:
            finished.set()

    finished = asyncio.Event()
    async with going(slow, LONG_S) as steady:
        await asyncio.wait_for(begun.wait(), 10)
        steady.wake()
        go_on.set()
        await asyncio.wait_for(finished.wait(), 10)


async def test_an_outage_is_waited_out() -> None:
    steps = Steps(ConnectionRefusedError(), TimeoutError())
    async with going(steps, 0.001):
        for _ in range(4):
            await one_more(steps)


async def test_a_bug_ends_it() -> None:
    steady = Steadily(Steps(ZeroDivisionError()), LONG_S)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(steady.run(), 10)


async def test_hushed_it_waits_again() -> None:
    steady = Steadily(Steps(), 0.001)
    steady.wake()
    await asyncio.wait_for(steady.rest(), 10)
    steady.hush()
    await asyncio.wait_for(steady.rest(), 10)
