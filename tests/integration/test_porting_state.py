"""A number's porting state over HTTP: by its region, by the time that has passed, whenever its holder was told."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaProducer

from services.warning.wiring import run_rules
from shared.clock import system_now
from shared.events.porting_progressed import PortingProgressed, PortingStep
from shared.settings import Settings
from tests.support.builders import NUMBER, customer, subscription
from tests.support.issuer import Issuer
from tests.support.running import begin_now, producing, publish, running
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

PATH = f"/porting/%2B{NUMBER[1:]}"
HERE, ELSEWHERE = ("city_admin", "150000.150100"), ("city_admin", "150000.150200")


@pytest.fixture
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Begin at the present ends of the logs."""
    await begin_now(settings, ["warning"])
    async with producing(settings) as opened:
        yield opened


def step(name: PortingStep, minutes_ago: int) -> PortingProgressed:
    """Return a step of so many minutes ago."""
    at = system_now() - timedelta(minutes=minutes_ago)
    return PortingProgressed(id=f"{name}-{minutes_ago}", occurred_at=at, msisdn=NUMBER, step=name)


async def test_a_number_is_told_with_its_history_and_its_code_lapses_by_time(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, issuer: Issuer
) -> None:
    async with running(run_rules, settings) as client:

        async def ask(who: tuple[str, str] = HERE, path: str = PATH) -> tuple[int, dict]:  # type: ignore[type-arg]
            answer = await client.get(path, headers=issuer.bearer("pat", *who))
            return answer.status_code, answer.json()

        assert (await ask())[0] == 404
        # Told before anybody said who holds the number: kept until the CRM does.
        await publish(producer, [step("enquiry", 130), step("application", 125)])
        await tables.until_count("warning.waiting_fact", 2)
        await publish(producer, [customer(), subscription()])
        await tables.until_count("warning.porting_step", 2)
        assert (await ask())[1]["state"] == "applied"

        await publish(producer, [step("code_issued", 59), step("enquiry", 20)])
        await tables.until_count("warning.porting_step", 4)
        status, valid = await ask()
        assert (status, valid["state"], valid["lapsed_by_time"]) == (200, "code_issued", False)
        assert [each["step"] for each in valid["history"]] == ["enquiry", "application", "code_issued", "enquiry"]
        await tables.change("UPDATE warning.porting_step SET at = at - interval '2 minutes'")
        lapsed = (await ask())[1]
        assert (lapsed["state"], lapsed["lapsed_by_time"]) == ("lapsed", True)
        assert lapsed["since"] == lapsed["code_valid_until"]

        assert (await ask(ELSEWHERE))[0] == 404
        assert (await ask(("phone_manager", "150000.150100.150102")))[0] == 403
        assert (await ask(path="/porting/13300000001"))[0] == 422

    seen = await tables.rows("SELECT actor, subject, details ->> 'msisdn' FROM warning.audit")
    assert seen == [("pat", "s0001", "133****0001")] * 3


async def test_steps_of_an_earlier_holder_are_nobodys_business(
    settings: Settings, tables: Tables, producer: AIOKafkaProducer, issuer: Issuer
) -> None:
    start = system_now() - timedelta(days=100)
    before = subscription(
        subscription_id="old", activated_at=start - timedelta(days=100), ended_at=start - timedelta(days=1)
    )
    async with running(run_rules, settings) as client:
        await publish(producer, [customer(), before, subscription(subscription_id="new", activated_at=start)])
        await tables.until_count("warning.subscription", 2)
        await publish(producer, [step("ported_out", 102 * 24 * 60), step("enquiry", 5)])
        await tables.until_count("warning.porting_step", 2)
        told = (await client.get(PATH, headers=issuer.bearer("pat", *HERE))).json()

    assert (told["subscription_id"], told["state"], len(told["history"])) == ("new", "enquired", 1)
