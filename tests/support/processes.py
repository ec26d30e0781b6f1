"""A service as a process of its own, for what only a process can show: kill -9, and what is left after it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from deploy.local.processes import Program, spawn
from shared.settings import Settings


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables by which a process comes to the same settings."""
    return {f"KEEPLINE_{name.upper()}": _written(value) for name, value in settings.model_dump().items()}


def _written(value: Any) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case bool() | dict():
            return json.dumps(value)
    return str(value)


@asynccontextmanager
async def process(module: Sequence[str], settings: Settings, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m` with `module` until the context ends; then it is killed, if nothing has ended it before."""
    program = Program(
        name=module[0], argv=[sys.executable, "-m", *module], log=log, env=environment(settings), keep=False
    )
    running = await spawn(program)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()
