"""A rule that has a text for the customer asks dispatch's gate for it; one that is called gets none."""

import pytest
from msgspec import structs

from services.warning.domain.catalogue import all_rules
from services.warning.domain.decide import Knowledge, Memory, decide
from services.warning.domain.subscriber import Profile
from shared.events.contact_requested import ContactRequested
from shared.events.credit_assessed import CreditAssessed
from shared.events.warning_noted import WarningNoted
from shared.events.warning_raised import WarningRaised
from shared.ids import derived_id
from shared.policy import PolicyBook
from shared.topic import Event
from tests.support.builders import NUMBER, at, bill
from tests.unit.warning.holders import HOLDER

pytestmark = pytest.mark.unit

USED = CreditAssessed(
    id="credit",
    occurred_at=at("2026-03-05 10:00"),
    msisdn=NUMBER,
    credit_score=700,
    credit_limit_fen=10_000,
    used_fen=9_000,
)


def told(memory: Memory) -> list[Event]:
    """Return what a small bill and a used credit make the reminder's rule say."""
    rules = [rule for rule in all_rules() if rule.id == "arrears_reminder"]
    knowledge, said = Knowledge(rules, PolicyBook(), {}), list[Event]()
    for fact in (bill("2026-01", 59, remaining_fen=5_900), USED):
        decision = decide(knowledge, memory, fact)
        memory, said = decision.memory, [*said, *decision.events]
    return said


def test_whom_nobody_calls_is_to_be_texted() -> None:
    noted, request = told(Memory(HOLDER, Profile(), {}))
    assert isinstance(noted, WarningNoted)
    assert isinstance(request, ContactRequested)
    assert (request.id, request.cause_id) == (derived_id("contact_requested", noted.id), noted.id)
    assert (request.msisdn, request.purpose, request.valid_until) == (
        NUMBER,
        "arrears_reminder",
        noted.actionable_until,
    )
    assert request.words == (
        "尊敬的客户，截至2026-03-05您的号码待缴话费90.00元。为免停机，请您及时缴费。如已缴费，请忽略本信息。"
    )


def test_whoever_is_called_is_not_texted_as_well() -> None:
    (raised,) = told(Memory(structs.replace(HOLDER, important="leader"), Profile(), {}))
    assert isinstance(raised, WarningRaised)


def test_a_rule_says_what_its_text_is_about() -> None:
    assert [rule.id for rule in all_rules() if (rule.text is None) != (rule.purpose is None)] == []
