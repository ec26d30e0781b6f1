"""From a credit that is used up to the SMS gateway's topic: through the gate, once, and not while porting."""

import pytest

from services.dispatch.wiring import run as run_dispatch
from services.warning.wiring import run_rules
from shared.events.contact_decided import ContactDecided
from shared.events.credit_assessed import CreditAssessed
from shared.events.porting_progressed import PortingProgressed
from shared.events.text_requested import TextRequested
from shared.settings import Settings
from tests.support.builders import NUMBER, at, bill, customer, subscription
from tests.support.running import begin_now, producing, publish, running, until
from tests.support.said import said
from tests.support.tables import Tables

pytestmark = pytest.mark.integration

OTHER = "+8613300000002"


def used(msisdn: str) -> CreditAssessed:
    """Return that nearly all of a number's credit is used."""
    at_ten = at("2026-03-05 10:00")
    told = {"credit_score": 700, "credit_limit_fen": 10_000, "used_fen": 9_000}
    return CreditAssessed(id=f"credit-{msisdn}", occurred_at=at_ten, msisdn=msisdn, **told)


async def test_a_reminder_is_released_once_and_none_while_the_number_is_being_ported(
    settings: Settings, tables: Tables
) -> None:
    marks = await begin_now(settings, ["warning", "dispatch"])
    await tables.change("SELECT platform.move_business_clock('2026-03-05 21:30+08')")
    applied = PortingProgressed(id="a", occurred_at=at("2026-03-05 09:00"), msisdn=OTHER, step="application")
    async with running(run_rules, settings), running(run_dispatch, settings), producing(settings) as producer:
        await publish(producer, [customer(), customer("c2"), subscription(), subscription(OTHER, "c2")])
        await tables.until_count("warning.subscription", 2)
        await tables.until_count("dispatch.subscription", 2)
        await publish(producer, [applied])
        await tables.until_count("dispatch.number WHERE applied_at IS NOT NULL", 1)
        small = [bill("2026-02", 59, number, remaining_fen=5_900) for number in (NUMBER, OTHER)]
        await publish(producer, small)
        await tables.until_count("warning.memory WHERE owner = 'arrears_reminder'", 2)
        await publish(producer, [used(NUMBER), used(OTHER), used(NUMBER)])
        await tables.until_count("dispatch.contact_request", 2)
        await until(lambda: _published(tables), what="all that was decided to be published")

    decided = await said(settings, marks, ContactDecided)
    assert {each.msisdn: each.state for each in decided} == {NUMBER: "released", OTHER: "gated"}
    (text,) = await said(settings, marks, TextRequested)
    assert (text.msisdn, text.scheduled_send_time) == (NUMBER, at("2026-03-06 08:00"))
    assert "90.00元" in text.content


async def _published(tables: Tables) -> bool:
    return await tables.count("dispatch.outbox") + await tables.count("warning.outbox") == 0
