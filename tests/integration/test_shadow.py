"""A proposal in shadow: it says what it would have warned of, and nothing real hears of it, whatever becomes of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from threading import Thread
from types import ModuleType
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.days import day_passed
from services.warning.domain.rule import Heard
from services.warning.domain.rules.steep_bill_drop import RULE
from services.warning.storage import shadows as storage
from services.warning.stream import shadows as stream
from services.warning.stream.trial import Trial
from services.warning.wiring import run_rules
from shared.events.agreement_recorded import AgreementRecorded
from shared.events.warning_noted import WarningNoted
from shared.events.warning_raised import WarningRaised
from shared.settings import Settings
from shared.topic import Event
from tests.integration.test_analysts_rules import SAID, SHAKY
from tests.support.builders import NUMBER, REGION, at, bill, customer, fresh, subscription
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.said import Marks, said
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

OTHER = "+8613300000002"
PROBE = "+8613300000099"
MONTHS = ("2025-11", "2025-12", "2026-01")
PEOPLE = {
    "pat": ("province_admin", "150000"),
    "sue": ("county_supervisor", REGION),
    "col": ("city_admin", "150000.150200"),
    "aud": ("auditor", "150000"),
}
DROP = "warning.steep_bill_drop"
ANALYSTS = "warning.analyst.fall"


@dataclass
class Trying:
    """A warning service, whoever tells it of bills, and people who try proposals on it."""

    client: httpx.AsyncClient
    issuer: Issuer
    producer: AIOKafkaProducer
    tables: Tables
    settings: Settings
    marks: Marks
    published: int = 0

    async def tell(self, *events: Event) -> None:
        """Publish facts, and wait until they are decided."""
        await publish(self.producer, events)
        self.published += len(events)
        await self.tables.until_count("warning.inbox", self.published)

    async def post(self, who: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """Write as a person."""
        headers = self.issuer.bearer(who, *PEOPLE[who]) | {"Idempotency-Key": fresh("key")}
        return await self.client.post(f"/policies{path}", json=body, headers=headers)

    async def propose(self, name: str = DROP, scope: str = "", **fields: Any) -> int:
        """Propose a change, and return its number."""
        answer = await self.post("pat", f"/{name}/proposals", {"scope": scope, "fields": fields, "why": "try"})
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["proposal_id"]
        return number

    async def start(self, number: int, who: str = "pat") -> httpx.Response:
        """Start a shadow."""
        return await self.post(who, f"/proposals/{number}/shadow")

    async def report(self, number: int, who: str = "pat") -> dict[str, Any]:
        """Return what a shadow found."""
        headers = self.issuer.bearer(who, *PEOPLE[who])
        answer = await self.client.get(f"/policies/proposals/{number}/shadow", headers=headers)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def knows_a_version(self) -> bool:
        """Tell whether the rules' process knows the first version of any policy."""
        return 'keepline_policy_version{service="warning"} 1.0' in (await self.client.get("/metrics")).text

    async def shadowing(self, name: str = DROP, scope: str = "", **fields: Any) -> int:
        """Have a proposal run in shadow, and wait until the rules' process knows it."""
        number, month = await self.propose(name, scope, **fields), count(1)
        assert (await self.start(number)).status_code == 201

        async def seen() -> bool:
            await self.tell(bill(f"2024-{next(month):02d}", 100, PROBE))
            return await self.tables.count(f"warning.shadow_memory WHERE proposal_id = {number}") > 0

        await until(seen, what="the shadow to be taken up")
        return number


@pytest.fixture
async def trying(settings: Settings, issuer: Issuer, tables: Tables) -> AsyncIterator[Trying]:
    """Run the rules, with three months' bills of two numbers behind them."""
    marks = await begin_now(settings, ["warning"])
    async with running(run_rules, settings) as client, producing(settings) as producer:
        found = Trying(client, issuer, producer, tables, settings, marks)
        crm = [(customer(f"c{n}"), subscription(number, f"c{n}")) for n, number in enumerate((NUMBER, OTHER, PROBE))]
        await found.tell(*(record for records in crm for record in records))
        await found.tell(*(bill(month, 200, number) for number in (NUMBER, OTHER) for month in MONTHS))
        yield found


async def test_a_shadow_says_what_the_proposal_would_and_nothing_comes_of_it(trying: Trying) -> None:
    number = await trying.shadowing(fall_share_min=0.15)
    await trying.tell(bill("2026-02", 90), bill("2026-02", 160, OTHER))
    found = await trying.report(number)
    [example] = found["only_shadow_examples"]
    assert (found["both"], found["changed"], found["only_live"], found["only_shadow"]) == (1, 0, 0, 1)
    assert [(each["rule_id"], each["county"], each["day"]) for each in found["counts"]] == [
        ("steep_bill_drop", REGION, "2026-03-02")
    ]
    assert (example["subscription_id"], example["level"], example["population"]) == ("s0002", 2, "potential")
    assert await trying.tables.column("SELECT subscription_id FROM warning.warning") == ["s0001"]
    assert await trying.tables.count("warning.outbox WHERE topic LIKE 'warning.%'") <= 1
    await until(lambda: published(trying, 1), what="the live warning to be published")
    fallen = "SELECT value ->> 'fallen' FROM warning.{} WHERE subscription_id = 's0002' AND owner = 'steep_bill_drop'"
    assert await trying.tables.one(fallen.format("memory")) == "[]"
    assert await trying.tables.one(fallen.format("shadow_memory")) == '["2026-02"]'
    seen = {who: (await trying.report(number, who))["only_shadow"] for who in PEOPLE}
    assert seen == {"pat": 1, "sue": 1, "col": 0, "aud": 1}


async def published(trying: Trying, count: int) -> bool:
    """Tell whether so many warnings were published, of either kind."""
    raised = await said(trying.settings, trying.marks, WarningRaised)
    return len(raised) + len(await said(trying.settings, trying.marks, WarningNoted)) == count


async def test_a_day_that_only_the_proposal_waits_for_comes_to_the_shadow_alone(trying: Trying) -> None:
    number = await trying.propose("warning.agreement_end", ahead_days=60)
    assert (await trying.start(number)).status_code == 201
    versions = count()

    async def seen() -> bool:
        await trying.tell(agreement(f"a{next(versions)}", PROBE, date(2027, 5, 31)))
        return await trying.tables.count("warning.shadow_memory") > 0

    await until(seen, what="the shadow to be taken up")
    await trying.tell(agreement("a"))
    await trying.tell(day_passed(date(2026, 4, 20)))
    await trying.tables.until_count("warning.due_day WHERE swept_at IS NOT NULL", 1)
    found = await trying.report(number)
    assert (found["both"], found["only_live"], found["only_shadow"]) == (0, 0, 1)
    assert await trying.tables.count("warning.warning") == 0
    await trying.tell(day_passed(date(2026, 5, 15)))
    await trying.tables.until_count("warning.due_day WHERE swept_at IS NOT NULL", 2)
    # What was told in shadow in April is told in earnest now, about the same agreement: the same warning.
    found = await trying.report(number)
    assert (found["both"], found["only_shadow"]) == (await trying.tables.count("warning.warning"), 0)


def agreement(agreement_id: str, msisdn: str = NUMBER, ends_on: date = date(2026, 5, 31)) -> AgreementRecorded:
    """Return an agreement as it was made in March."""
    return AgreementRecorded(
        id=fresh("agreement"),
        occurred_at=at("2026-03-01 10:00"),
        msisdn=msisdn,
        agreement_id=agreement_id,
        kind="package",
        name="24 months",
        begins_on=date(2024, 6, 1),
        ends_on=ends_on,
    )


FALL = SAID | {"when": "bill.fall_share >= 0.1 && customer.tenure_days > 90", "rare": True}


async def test_a_rule_that_an_analyst_proposes_is_decided_in_shadow_alone(trying: Trying) -> None:
    number = await trying.shadowing(ANALYSTS, **FALL)
    await trying.tell(bill("2026-02", 170), bill("2026-02", 195, OTHER))
    found = await trying.report(number)
    [example] = found["only_shadow_examples"]
    assert (found["both"], found["only_live"], found["only_shadow"]) == (0, 0, 1)
    told = [example[name] for name in ("rule_id", "subscription_id", "level", "population")]
    assert told == ["analyst.fall", "s0001", 2, "potential"]
    # The cooldown is the shadow's own memory.
    await trying.tell(bill("2026-02", 150, version=2))
    assert (await trying.report(number))["only_shadow"] == 1
    assert await trying.tables.count("warning.warning") == 0
    assert await trying.tables.count("warning.memory WHERE owner = 'analyst.fall'") == 0


async def test_another_level_of_a_rule_in_force_is_compared_with_it(trying: Trying) -> None:
    await trying.tables.change(
        "INSERT INTO warning.policy (name, effective_from, fields, set_by, why)"
        " VALUES (:name, '2020-01-01', CAST(:fields AS jsonb), 'test', 'test')",
        name=ANALYSTS,
        fields=json.dumps(FALL),
    )
    await until(trying.knows_a_version, what="the rule to be known")
    number = await trying.shadowing(ANALYSTS, scope=REGION, level=3)
    await trying.tell(bill("2026-02", 170))
    found = await trying.report(number)
    assert (found["both"], found["changed"], found["only_live"], found["only_shadow"]) == (1, 1, 0, 0)
    assert await trying.tables.rows("SELECT rule_id, level FROM warning.warning") == [("analyst.fall", 2)]


async def test_a_condition_that_fails_ends_its_shadow_and_nothing_else(trying: Trying) -> None:
    number = await trying.shadowing(ANALYSTS, **FALL | SHAKY)
    await trying.tell(bill("2026-02", 40))
    assert "rule analyst.fall failed: AskingFailedError" in (await trying.report(number))["ended_why"]
    assert await trying.tables.column("SELECT rule_id FROM warning.warning") == ["steep_bill_drop"]
    assert await trying.tables.count("warning.rule_trouble") == 0


def raises(*_: Any) -> Any:
    """Fail as a rule's bug does."""
    raise ZeroDivisionError("no months")


async def refuses(tx: AsyncConnection, *_: Any) -> None:
    """Fail in the database."""
    await tx.execute(text("SELECT 1 / 0"))


@pytest.mark.parametrize(
    ("where", "how", "why"),
    [(stream, raises, "ZeroDivisionError: no months"), (storage, refuses, "DBAPIError: .*division by zero")],
    ids=["a bug", "the database"],
)
async def test_a_shadow_that_fails_is_ended_and_the_live_decision_stands(
    trying: Trying, monkeypatch: pytest.MonkeyPatch, where: ModuleType, how: Any, why: str
) -> None:
    number = await trying.shadowing(fall_share_min=0.15)
    monkeypatch.setattr(where, "decide" if where is stream else "record", how)
    await trying.tell(bill("2026-02", 90))
    assert re.match(why, (await trying.report(number))["ended_why"])
    await trying.tables.until_count("warning.shadow_memory", 0)
    assert await trying.tables.count("warning.warning") == 1
    monkeypatch.undo()
    await trying.tell(bill("2026-02", 160, OTHER))
    assert (await trying.report(number))["only_shadow"] == 0
    assert await trying.tables.count("warning.rule_trouble") == 0
    assert await trying.tables.count("warning.dead_letter") == 0


async def test_a_rule_that_hangs_in_shadow_ends_the_shadow_and_is_not_put_aside(trying: Trying) -> None:
    number = await trying.shadowing(fall_share_min=0.15)
    trial = Trial(trying.settings)

    def hang(*_: Any) -> Any:
        words = Thread(target=trial.last_words)
        words.start()
        words.join()
        return RULE.fresh, ()

    [watched] = trial.watched([replace(RULE, step=hang)], number)
    await asyncio.to_thread(watched.step, RULE.fresh, Heard(bill("2026-02", 90)), RULE.limits)
    assert "rule steep_bill_drop: its step did not come back" in (await trying.report(number))["ended_why"]
    assert await trying.tables.count("warning.rule_trouble") == 0


async def test_who_may_try_what_and_how_many_at_once(trying: Trying) -> None:
    number = await trying.propose(fall_share_min=0.15, scope="150000.150100")
    statuses = [(await trying.start(number, who)).status_code for who in ("aud", "col", "sue", "pat", "pat")]
    assert statuses == [403, 404, 403, 201, 409]
    more = [await trying.propose("warning.population", arpu_min_fen=5_000 + step) for step in range(3)]
    assert [(await trying.start(each)).status_code for each in more] == [201, 201, 409]
    assert (await trying.post("pat", f"/proposals/{number}/shadow/stop")).status_code == 201
    assert (await trying.report(number))["ended_why"] == "stopped by pat"
    assert (await trying.post("pat", f"/proposals/{number}/shadow/stop")).status_code == 409
    assert (await trying.start(more[2])).status_code == 201
    assert (await trying.post("pat", f"/proposals/{more[2]}/reject", {"why": "no"})).status_code == 201
    assert (await trying.report(more[2]))["ended_why"] == "the proposal was rejected"
    untried = await trying.start(await trying.propose("warning.lateness", grace_hours=7))
    assert (untried.status_code, untried.json()["detail"][:14]) == (409, "no rule follow")
