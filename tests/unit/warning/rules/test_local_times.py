"""What a rule says of a time is the operator's time, whatever offset the sender writes."""

from datetime import datetime

import pytest

from services.warning.domain.decide import AnyRule
from services.warning.domain.rules import arrears_suspension, porting, voluntary_suspension
from shared.events.porting_progressed import PortingProgressed
from shared.events.suspension_changed import SuspensionChanged
from shared.topic import SubscriberEvent
from tests.support.builders import NUMBER
from tests.unit.warning.rules.walking import findings

pytestmark = pytest.mark.unit

LATE = datetime.fromisoformat("2026-03-04T18:30:00Z")
"""Half past two in the next morning, in Shanghai."""
STOPPED = SuspensionChanged(id="s", occurred_at=LATE, msisdn=NUMBER, kind="voluntary", action="suspended")
IN_ARREARS = SuspensionChanged(id="a", occurred_at=LATE, msisdn=NUMBER, kind="arrears_one_way", action="suspended")
ENQUIRY = PortingProgressed(id="p", occurred_at=LATE, msisdn=NUMBER, step="enquiry")


@pytest.mark.parametrize(
    ("rule", "event", "said"),
    [
        (voluntary_suspension.RULE, STOPPED, "2026-03-05"),
        (arrears_suspension.RULE, IN_ARREARS, "2026-03-05"),
        (porting.RULE, ENQUIRY, "2026-03-05 02:30"),
    ],
)
def test_a_time_is_told_as_the_operator_s_clock_shows_it(rule: AnyRule, event: SubscriberEvent, said: str) -> None:
    (finding,) = findings(rule, [event])
    assert all(said in sentence for sentence in rule.explain(finding.evidence))
