"""W11: the agent is no longer paid to keep the customer."""

import pytest

from tests.replay.stories.story import days_passing, given, set_to
from tests.support.builders import at, bill, customer, subscription

pytestmark = pytest.mark.replay
BEGAN = at("2025-07-15 10:00")
BROUGHT = (customer(), subscription(agent_id="agent-7", activated_at=BEGAN, occurred_at=BEGAN), bill("2025-12", 150))


def test_fifteen_days_before_the_sixth_month_ends_it_is_said_once() -> None:
    story = given(*BROUGHT)
    story.when(*days_passing("2025-12-20", "2025-12-30")).then_silent()
    story.when(*days_passing("2025-12-31", "2025-12-31"))
    story.then_warned("agent_assessment_end", 1, agent_id="agent-7", assessment_ends_on="2026-01-15")
    story.when(*days_passing("2026-01-01", "2026-02-01")).then_silent()


def test_an_agent_with_another_contract_has_another_day() -> None:
    longer = set_to("warning.agent_assessment_end", months_by_agent={"agent-7": 12})
    given(*BROUGHT, policy=[longer]).when(*days_passing("2025-12-20", "2026-02-01")).then_silent()


def test_who_came_to_our_own_hall_is_nobody_s_to_let_go() -> None:
    own = (customer(), subscription(activated_at=BEGAN, occurred_at=BEGAN))
    given(*own).when(*days_passing("2025-12-20", "2026-02-01")).then_silent()
