"""`python -m deploy.dead_letters`: ops list, look into and replay the records that no service could use.

A replayed letter is simply a late event: it goes back to its topic, and whoever decided it before skips it by its id.
"""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from aiokafka import AIOKafkaProducer
from rich.console import Console
from rich.table import Column, Table
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.roster import histories
from shared import log
from shared.codec import CE_TYPE
from shared.db import audit, dead_letters
from shared.db.audit import Operator
from shared.db.dead_letters import Letter
from shared.db.engine import connect
from shared.kafka.producer import new_producer
from shared.kafka.records import ATTEMPT
from shared.letters import Contents, opened
from shared.sealing import Sealer
from shared.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
console = Console(stderr=True)
Engines = dict[str, AsyncEngine]


class LetterError(Exception):
    """What is asked of a letter cannot be done."""


@app.command("list")
def list_command(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="of each service, newest first")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """List the letters, without what is under their seals."""
    found = _run(lambda engines: _listed(engines, limit))
    if as_json:
        for service, letter in found:
            print(msgspec.json.encode({"service": service, **asdict(letter)}).decode())
        return
    table = Table("service", Column("id", no_wrap=True), "where", "reason", "detail", "state", "buried at")
    for service, letter in found:
        where = f"{letter.topic}/{letter.partition} {letter.log_offset}"
        table.add_row(
            service, letter.id, where, letter.reason, letter.detail, letter.state, f"{letter.buried_at:%F %T}"
        )
    Console().print(table)


@app.command()
def show(letter_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Open one letter; that you looked is audited, for it may hold a full number."""
    letter, contents = _run(lambda engines: _shown(engines, letter_id))
    print(f"{letter.topic}/{letter.partition} offset {letter.log_offset}, try {letter.attempt}: {letter.reason}")
    print(letter.detail)
    print(f"key {contents.key!r}, type {contents.ce_type}")
    print(contents.value.decode("utf-8", "backslashreplace") if contents.value else "no value was kept")


@app.command()
def replay(letter_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Put one letter back on its topic, once."""
    letter = _run(lambda engines: _replayed(engines, letter_id))
    console.print(f"replayed to {letter.topic}, as try {letter.attempt + 1}")


async def _listed(engines: Engines, limit: int) -> list[tuple[str, Letter]]:
    found: list[tuple[str, Letter]] = []
    for service, engine in engines.items():
        async with engine.connect() as tx:
            found += [(service, letter) for letter in await dead_letters.listed(tx, limit)]
    return found


async def _found(engines: Engines, letter_id: str) -> tuple[AsyncEngine, Letter, Contents]:
    sealer = Sealer(Settings().secret_key.get_secret_value())
    for engine in engines.values():
        async with engine.connect() as tx:
            if known := await dead_letters.opened(tx, letter_id):
                return engine, known[0], opened(sealer, known[1])
    raise LetterError(f"there is no letter {letter_id}")


async def _shown(engines: Engines, letter_id: str) -> tuple[Letter, Contents]:
    engine, letter, contents = await _found(engines, letter_id)
    async with engine.begin() as tx:
        await audit.note(tx, Operator(getpass.getuser()), "dead_letter_opened", letter_id, {})
    return letter, contents


async def _replayed(engines: Engines, letter_id: str) -> Letter:
    """Publish, then say so: after a crash in between it is published twice, and decided once."""
    engine, letter, contents = await _found(engines, letter_id)
    if contents.value is None:
        raise LetterError(f"nothing was kept to replay: look at {letter.topic}/{letter.partition} {letter.log_offset}")
    async with engine.begin() as tx:
        if not await dead_letters.mark_replayed(tx, letter_id):
            raise LetterError("it was replayed before")
        await audit.note(tx, Operator(getpass.getuser()), "dead_letter_replayed", letter_id, {})
        await _publish(letter, contents)
    return letter


async def _publish(letter: Letter, contents: Contents) -> None:
    headers = [(ATTEMPT, str(letter.attempt + 1).encode())]
    headers += [(CE_TYPE, contents.ce_type.encode())] if contents.ce_type else []
    producer: AIOKafkaProducer = new_producer(Settings())
    await producer.start()
    try:
        await producer.send_and_wait(letter.topic, key=contents.key, value=contents.value, headers=headers)
    finally:
        await producer.stop()


def _run(work: Callable[[Engines], Awaitable[Any]]) -> Any:
    log.configure("dead-letters", "WARNING")
    try:
        return asyncio.run(_connected(work))
    except (LetterError, ValueError) as error:
        _fail(str(error))


async def _connected(work: Callable[[Engines], Awaitable[Any]]) -> Any:
    """Do `work` with a connection to every service's letters, as the owner of the database."""
    async with AsyncExitStack() as held:
        engines = {schema: connect(Settings().database_url, schema, pool_size=1) for schema in histories()}
        for engine in engines.values():
            held.push_async_callback(engine.dispose)
        return await work(engines)


def _fail(why: str) -> NoReturn:
    console.print(why, style="red", markup=False, highlight=False)
    sys.exit(1)


if __name__ == "__main__":
    app(prog_name="keepline dead-letters")
