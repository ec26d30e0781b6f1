"""What a customer says when called: drawn from the truth and the seed, never from what the services believe."""

from datetime import date

from msgspec import Struct

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.world import World
from shared.events.contact_reported import Outcome

REACHED_SHARE = 0.85
ACCEPTS_SHARE = 0.5


class Said(Struct, frozen=True, kw_only=True):
    """What came of a call."""

    reached: bool
    outcome: Outcome | None
    judged_reason: str | None
    accepts: bool
    """Whether the package offered is taken."""


def call(world: World, customer_id: str, work_item_id: str, attempt: int) -> Said:
    """Return what comes of the `attempt`th call to a customer; the same call always goes the same way."""
    seed, index = world.plan.seed, int(customer_id[1:])
    if luck.draw(seed, "reached", work_item_id, attempt) >= REACHED_SHARE:
        return Said(reached=False, outcome=None, judged_reason=None, accepts=False)
    leaver = world.leaver(index)
    if leaver is None or world.persuaded_by(leaver, world.today):
        outcome = luck.weighted(STAYERS, seed, "stays", work_item_id)
        accepts = outcome == "retained" and luck.draw(seed, "accepts", work_item_id) < ACCEPTS_SHARE
        return Said(reached=True, outcome=outcome, judged_reason="other", accepts=accepts)
    outcome = _leaver_says(world, leaver.leaves_on, leaver.persuadable)
    accepts = outcome == "retained" and luck.draw(seed, "accepts", work_item_id) < ACCEPTS_SHARE
    return Said(reached=True, outcome=outcome, judged_reason=leaver.reason, accepts=accepts)


STAYERS: tuple[tuple[Outcome, float], ...] = (("retained", 0.8), ("considering", 0.15), ("wrong_number", 0.05))


def _leaver_says(world: World, leaves_on: date, persuadable: bool) -> Outcome:
    if leaves_on < world.today:
        return "left"
    return "retained" if persuadable else "refused"
