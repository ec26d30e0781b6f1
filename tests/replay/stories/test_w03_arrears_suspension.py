"""W3: service is stopped for arrears, one way first, then both."""

import pytest

from shared.events.contact_requested import ContactRequested
from shared.events.payment_received import PaymentReceived
from shared.events.suspension_changed import SuspensionChanged
from shared.topic import of_kind
from tests.replay.stories.story import days_passing, given, spender
from tests.support.builders import NUMBER, at, bill, customer, fresh, subscription

pytestmark = pytest.mark.replay


def arrears(kind: str, action: str, when: str) -> SuspensionChanged:
    """Return a suspension for arrears, or its end."""
    told = {"id": fresh("suspension"), "occurred_at": at(when), "kind": f"arrears_{kind}", "action": action}
    return SuspensionChanged(msisdn=NUMBER, **told)  # type: ignore[arg-type]


def test_one_way_and_two_way_are_told_apart_and_payment_ends_both() -> None:
    story = given(*spender())
    story.when(arrears("one_way", "suspended", "2026-01-20 00:05"))
    story.then_warned("arrears_suspension", 2, kind="arrears_one_way")
    story.when(arrears("two_way", "suspended", "2026-02-01 00:05"))
    story.then_warned("arrears_suspension", 3, kind="arrears_two_way")
    story.when(arrears("two_way", "resumed", "2026-02-03 09:00")).then_cleared("arrears_suspension")


def test_before_it_a_customer_of_small_bills_is_reminded_and_left_alone_once_it_is_paid() -> None:
    story = given(customer(), subscription(), bill("2026-01", 59, remaining_fen=5_900))
    story.when(*days_passing("2026-02-02", "2026-02-16")).then_silent()
    story.when(*days_passing("2026-02-17", "2026-02-17")).then_warned("arrears_reminder", 1, owed_fen=5_900, reminder=1)
    story.then_worked(worked=False)
    (request,) = of_kind(ContactRequested, story.heard)
    assert "59.00元" in request.words
    paid = PaymentReceived(id="p", occurred_at=at("2026-02-18 10:00"), msisdn=NUMBER, amount_fen=5_900, remaining_fen=0)
    story.when(paid).then_cleared("arrears_reminder")
    story.when(*days_passing("2026-02-18", "2026-03-20")).then_silent()
