"""Ctrl-C and SIGTERM end a command in order: what it started is stopped, then it exits."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

INTERRUPTED = 130


def run_until_signalled(work: Coroutine[Any, Any, int]) -> int:
    """Run `work` and return its exit code; a signal cancels it once, and its clean-up is waited for."""

    async def guarded() -> int:
        task = asyncio.ensure_future(work)
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            return INTERRUPTED

    return asyncio.run(guarded())
