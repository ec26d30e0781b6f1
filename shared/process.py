"""A service's process: settings from the environment, the loop, the exit code."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from shared.settings import Settings


def main(run: Callable[[Settings], Coroutine[Any, Any, None]]) -> int:
    """Run `run` until it is told to stop; a failure ends the process with its traceback in the log."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(Settings()))
    return 0
