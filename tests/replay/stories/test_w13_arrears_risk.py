"""W13: arrears before they happen: credit nearly used up, a poor score, a shock of a bill for data."""

import pytest

from shared.events.bill_issued import BillLines
from shared.events.credit_assessed import CreditAssessed
from tests.replay.stories.story import given, spender
from tests.support.builders import NUMBER, at, bill, fresh

pytestmark = pytest.mark.replay


def credit(used_yuan: int, when: str, score: int = 600) -> CreditAssessed:
    """Return an assessment against a limit of 100 yuan."""
    told = {"credit_score": score, "credit_limit_fen": 10_000, "used_fen": used_yuan * 100}
    return CreditAssessed(id=fresh("credit"), occurred_at=at(when), msisdn=NUMBER, **told)


def test_four_fifths_of_the_limit_is_said_all_of_it_is_urgent_and_payment_clears() -> None:
    story = given(*spender()).when(credit(79, "2026-01-05 10:00")).then_silent()
    story.when(credit(80, "2026-01-06 10:00")).then_warned("arrears_risk", 2, used_share=0.8)
    story.when(credit(100, "2026-01-08 10:00")).then_warned("arrears_risk", 3)
    story.when(credit(5, "2026-01-09 10:00")).then_cleared("arrears_risk")


def test_a_poor_score_makes_half_of_the_limit_a_risk() -> None:
    given(*spender()).when(credit(50, "2026-01-05 10:00", score=400)).then_warned("arrears_risk", 1)
    given(*spender()).when(credit(50, "2026-01-05 10:00", score=401)).then_silent()


def test_charges_for_data_far_beyond_the_usual_are_a_shock() -> None:
    shock = bill("2026-01", 230, lines=BillLines(package_fee_fen=15_000, data_fee_fen=8_000))
    given(*spender()).when(shock).then_warned("arrears_risk", 2, kind="bill_shock")
