"""`./keepline policy` before a running service: thin, and clear about what it is refused."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from deploy.local.issuer import new_issuer
from deploy.local.ports import free_ports
from docs.reference.analysts import EXAMPLE, NAME, SLIPS
from services.dispatch.wiring import run
from services.warning.wiring import run_rules
from shared.settings import Settings
from tests.support.processes import environment
from tests.support.running import Run, begin_now, running, serving
from tests.support.tables import Tables

pytestmark = pytest.mark.e2e

CITY = "150000.150100"
USERS = [
    {"staff_id": name, "name": name, "role": role, "region": region}
    for name, role, region in (
        ("pat", "province_admin", "150000"),
        ("pam", "province_admin", "150000"),
        ("cid", "city_admin", CITY),
        ("rep", "phone_manager", CITY),
    )
]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Shell:
    """Where somebody types commands."""

    def __init__(self, settings: Settings) -> None:
        self._environment = os.environ | environment(settings) | {"COLUMNS": "200", "NO_COLOR": "1"}

    async def type(self, *words: str) -> Ended:
        """Run one command to its end."""
        command = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "deploy.policy",
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment,
        )
        out, err = await command.communicate()
        return Ended(command.returncode or 0, out.decode(), err.decode())


@pytest.fixture
async def shell(settings: Settings, tmp_path: Path) -> AsyncIterator[Shell]:
    """Run dispatch and an issuer that knows a few users."""
    async with _before("dispatch", run, settings, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def _before(service: str, work: Run, settings: Settings, folder: Path) -> AsyncIterator[Shell]:
    users = folder / "users.json"
    users.write_bytes(msgspec.json.encode(USERS))
    async with issued(settings, users) as own:
        await begin_now(own, [service])
        async with running(work, own) as client:
            yield Shell(own.model_copy(update={"addresses": {service: str(client.base_url)}}))


@asynccontextmanager
async def issued(settings: Settings, users: Path) -> AsyncIterator[Settings]:
    """Serve an issuer that knows `users`, and return the settings that lead to it."""
    [port] = free_ports(1)
    own = settings.model_copy(update={"issuer": f"http://127.0.0.1:{port}"})
    async with serving(new_issuer(users, own), port):
        yield own


async def test_a_change_goes_its_way_from_the_command_line(shell: Shell, tables: Tables) -> None:
    change = ("--scope", CITY, "--set", "quiet_days=14", "--why", "complaints in May")
    proposed = await shell.type("propose", "dispatch.caps", "--as", "pat", *change)
    assert proposed.code == 0, proposed.err
    assert "dispatch-1: dispatch.caps for 150000.150100, proposed" in proposed.out
    assert "dispatch-1" in (await shell.type("proposals", "--as", "cid")).out
    shown = await shell.type("diff", "dispatch-1", "--as", "cid", "--json")
    [difference] = msgspec.json.decode(shown.out)["differences"]
    assert (difference["field"], difference["before"], difference["after"]) == ("quiet_days", 7, 14)

    approved = await shell.type("approve", "dispatch-1", "--as", "cid", "--yes")
    assert approved.code == 0, approved.err
    assert "approved, version 1, scheduled" in approved.out
    detail = await shell.type("show", "dispatch.caps", "--as", "cid")
    assert "complaints in May" in detail.out
    assert "dispatch.holdout" in (await shell.type("list", "--as", "pat", "--region", "everywhere")).out

    undone = await shell.type("rollback", "dispatch.caps", "1", "--as", "cid", "--why", "the queue runs dry")
    assert undone.code == 0, undone.err
    assert await tables.column("SELECT fields FROM dispatch.policy ORDER BY version") == [{"quiet_days": 14}, {}]


async def test_what_is_refused_is_told_in_a_line_and_ends_with_1(shell: Shell) -> None:
    propose = ("propose", "dispatch.caps", "--scope", CITY, "--why", "so")
    await shell.type(*propose, "--as", "pat", "--set", "quiet_days=14")
    refused = {
        "could not": await shell.type("list", "--as", "nobody"),
        "fields.quiet_dayz: no such field": await shell.type(*propose, "--as", "pat", "--set", "quiet_dayz=14"),
        "fields.quiet_days: Expected `int`": await shell.type(*propose, "--as", "pat", "--set", "quiet_days=soon"),
        "--set takes FIELD=VALUE": await shell.type(*propose, "--as", "pat", "--set", "quiet_days"),
        "you proposed this yourself": await shell.type("approve", "dispatch-1", "--as", "pat", "--yes"),
        "this is for": await shell.type("list", "--as", "rep"),
        "no such policy here": await shell.type("show", "dispatch.cups", "--as", "pat"),
        "there is no service 'cups'": await shell.type("show", "cups", "--as", "pat"),
        "they look like dispatch-17": await shell.type("diff", "seventeen", "--as", "pat"),
        "Not Found": await shell.type("shadow", "dispatch-1", "--as", "pat"),
        "no such proposal": await shell.type("reject", "dispatch-9", "--as", "pat", "--why", "no"),
        "Aborted": await shell.type("approve", "dispatch-1", "--as", "pam"),
    }
    told = {line: (ended.code, line in ended.err) for line, ended in refused.items() if line != "could not"}
    assert told == dict.fromkeys(told, (1, True)), refused
    assert "no such seeded user" in refused["could not"].err


async def test_the_example_of_the_analysts_page_goes_its_way(settings: Settings, tmp_path: Path) -> None:
    rule, slip = tmp_path / "rule.json", tmp_path / "slip.json"
    rule.write_bytes(msgspec.json.encode(EXAMPLE))
    slip.write_bytes(msgspec.json.encode(EXAMPLE | SLIPS[0]))
    propose = ("propose", NAME, "--as", "pat", "--scope", "150000", "--why", "seen in May")
    async with _before("warning", run_rules, settings, tmp_path) as shell:
        refused = await shell.type(*propose, "--file", str(slip))
        assert refused.code == 1
        assert "fields.when: column 58: there is no feature 'complaint.unsetled'" in refused.err
        nowhere = await shell.type(*propose, "--file", str(tmp_path / "nothing.json"))
        assert (nowhere.code, "could not read" in nowhere.err) == (1, True)

        proposed = await shell.type(*propose, "--file", str(rule), "--set", "level=3")
        assert proposed.code == 0, proposed.err
        looked = await shell.type("diff", "warning-1", "--as", "pam")
        assert 'last month, in a sample: {"subscriptions":0' in looked.out
        approved = await shell.type("approve", "warning-1", "--as", "pam", "--yes")
        assert approved.code == 0, approved.err
        shown = msgspec.json.decode((await shell.type("show", NAME, "--as", "pam", "--json")).out)
        assert shown["history"][0]["fields"] == EXAMPLE | {"level": 3}
        undone = await shell.type("rollback", NAME, "1", "--as", "pam", "--why", "the queue overflows")
        assert undone.code == 0, undone.err
