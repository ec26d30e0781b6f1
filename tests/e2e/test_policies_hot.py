"""An approved change reaches every process within five seconds, while events flow; its moment decides each event."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.ports import free_ports
from services.warning.domain.operators import HOTLINES
from shared.clock import monotonic, system_now
from shared.db.engine import connect
from shared.db.policies import Policies, read
from shared.events.call_detail_record import CallDetailRecord
from shared.events.signal_heard import SignalHeard
from shared.events.warning_noted import WarningNoted
from shared.settings import Settings
from tests.support.builders import customer, forwarding, fresh, subscription
from tests.support.issuer import Issuer
from tests.support.processes import process
from tests.support.running import begin_now, begin_sieve, producing, publish, task_running, until
from tests.support.said import Marks, said
from tests.support.tables import Tables

pytestmark = pytest.mark.e2e

KNOWN_S = 5.0
"""Within so many seconds of its approval every process knows a version."""
PARTS = {"rules": ("services.warning", "rules"), "sieve": ("services.warning", "sieve")}
NUMBERS = [f"+8613300001{index:03d}" for index in range(900)]
NEW_HOTLINE = "10015"
PACE_S = 0.05
CDRS = 50
"""So many each `PACE_S`, beside one forwarding: a thousand CDRs a second."""


@asynccontextmanager
async def parts(settings: Settings, logs: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Run the rules and the sieve as processes of their own, and return a client of each."""
    async with AsyncExitStack() as held:
        clients = []
        for (name, module), port in zip(PARTS.items(), free_ports(len(PARTS)), strict=True):
            own = settings.model_copy(update={"http_port": port})
            await held.enter_async_context(process(module, own, logs / f"{name}.log"))
            client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10)
            clients.append(await held.enter_async_context(client))
        for client in clients:
            await until(lambda client=client: _ready(client), what="the process to be ready")  # type: ignore[misc]
        yield clients


async def _ready(client: httpx.AsyncClient) -> bool:
    with suppress(httpx.HTTPError):
        return (await client.get("/ready")).status_code == 200
    return False


async def _load(producer: AIOKafkaProducer) -> None:
    """Publish calls, every fifth to the new hotline, and each moment somebody's forwarding to a rival."""
    for turn in count():
        now = system_now()
        calls = [_call(turn * CDRS + index, now) for index in range(CDRS)]
        await publish(producer, [*calls, forwarding(now, NUMBERS[turn % len(NUMBERS)])])
        await asyncio.sleep(PACE_S)


def _call(index: int, at: datetime) -> CallDetailRecord:
    return CallDetailRecord(
        id=f"load-{index}",
        occurred_at=at,
        msisdn=NUMBERS[index % len(NUMBERS)],
        service="voice",
        direction="out",
        peer=NEW_HOTLINE if index % 5 == 0 else "110",
        duration_s=60,
    )


async def _change(client: httpx.AsyncClient, issuer: Issuer, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Have one person propose a change for everywhere, another approve it, and return what was approved."""
    pat, pam = (issuer.bearer(who, "province_admin", "150000") for who in ("pat", "pam"))
    body = {"scope": "", "fields": fields, "why": "a rival's new hotline"}
    headers = pat | {"Idempotency-Key": fresh("key")}
    proposed = (await client.post(f"/policies/{name}/proposals", json=body, headers=headers)).json()
    path = f"/policies/proposals/{proposed['proposal_id']}/approve"
    headers = pam | {"Idempotency-Key": fresh("key")}
    approved = await client.post(path, json={"looked_at": proposed["looked_at"]}, headers=headers)
    assert approved.status_code == 201, approved.text
    made: dict[str, Any] = approved.json()
    return made


async def _seconds_until_known(client: httpx.AsyncClient, version: int, since: float) -> float:
    known = f'keepline_policy_version{{service="warning"}} {version}.0'

    async def knows() -> bool:
        return known in (await client.get("/metrics")).text

    await until(knows, patience_s=2 * KNOWN_S, what=f"{client.base_url} to know version {version}")
    return monotonic() - since


async def test_every_process_knows_a_change_within_five_seconds_while_events_flow(
    settings: Settings, issuer: Issuer, tables: Tables, tmp_path: Path
) -> None:
    marks = await begin_now(settings, ["warning"])
    await begin_sieve(settings, marks)
    async with parts(settings, tmp_path) as (rules, sieve), producing(settings) as producer:
        await publish(producer, [customer()])
        await publish(producer, [subscription(number, subscription_id=number) for number in NUMBERS])
        await tables.until_count("warning.subscription", len(NUMBERS))
        async with task_running(lambda: _load(producer)):
            await until(lambda: _some_warned(tables), what="events to flow")
            # Who was asked knows at once; the other one has to find out.
            began = monotonic()
            await _change(sieve, issuer, "warning.network", {"hotlines": HOTLINES | {NEW_HOTLINE: "new"}})
            rules_s = await _seconds_until_known(rules, 1, began)
            began = monotonic()
            limits = await _change(rules, issuer, "warning.rival_forwarding", {"actionable_hours": 71})
            sieve_s = await _seconds_until_known(sieve, 2, began)
            assert max(rules_s, sieve_s) < KNOWN_S, (rules_s, sieve_s)

            takes_force = datetime.fromisoformat(limits["takes_force_at"])
            assert await _heard(settings, marks) == 0, "nobody may act on it before its moment"
            await asyncio.sleep((takes_force - system_now() + timedelta(seconds=KNOWN_S)).total_seconds())
            assert await _heard(settings, marks) > 0, "the sieve has not taken it up"
    _decided_by_their_moment(await said(settings, marks, WarningNoted), takes_force)


async def _some_warned(tables: Tables) -> bool:
    return await tables.count("warning.warning") > 0


async def _heard(settings: Settings, marks: Marks) -> int:
    return sum(event.peer == NEW_HOTLINE for event in await said(settings, marks, SignalHeard))


def _decided_by_their_moment(warned: Sequence[WarningNoted], moment: datetime) -> None:
    """Hold each warning's version against the moment of its event."""
    told = [each for each in warned if each.rule_id == "rival_forwarding"]
    wrong = [each for each in told if (each.policy_version == 2) != (each.occurred_at >= moment)]
    after = [each for each in told if each.occurred_at >= moment]
    assert wrong == []
    assert 10 < len(after) < len(told) - 10


async def test_a_version_that_is_committed_after_a_newer_one_is_seen_too(settings: Settings, tables: Tables) -> None:
    engine = connect(settings.database_url, "offers", "offers_stream")
    policies = Policies(engine, "offers")
    for number in (2, 1):
        await tables.change(
            "INSERT INTO offers.policy (version, name, scope, effective_from, fields, set_by, why)"
            " OVERRIDING SYSTEM VALUE VALUES (:number, 'offers.tariff_plan', '', now(), '{}', 'pat', 'so')",
            number=number,
        )
        await policies.refresh()
    async with engine.connect() as tx:
        assert policies.book.versions == (await read(tx)).versions
    await engine.dispose()
    assert [each.version for each in policies.book.versions] == [1, 2]
