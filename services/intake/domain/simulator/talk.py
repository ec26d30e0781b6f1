"""What a customer says when called: drawn from the truth and the seed, never from what the services believe."""

from msgspec import Struct

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.truth import Departure
from services.intake.domain.simulator.world import Scene
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


def call(scene: Scene, leaver: Departure | None, work_item_id: str, attempt: int) -> Said:
    """Return what comes of the `attempt`th call for an item; the same call always goes the same way."""
    seed = scene.plan.seed
    if luck.draw(seed, "reached", work_item_id, attempt) >= REACHED_SHARE:
        return Said(reached=False, outcome=None, judged_reason=None, accepts=False)
    leaving = leaver if leaver and not scene.persuaded_by(leaver, scene.today) else None
    outcome = _leaver_says(scene, leaving) if leaving else luck.weighted(STAYERS, seed, "stays", work_item_id)
    accepts = outcome == "retained" and luck.draw(seed, "accepts", work_item_id) < ACCEPTS_SHARE
    judged = leaving.reason if leaving else "other"
    return Said(reached=True, outcome=outcome, judged_reason=judged, accepts=accepts)


STAYERS: tuple[tuple[Outcome, float], ...] = (("retained", 0.8), ("considering", 0.15), ("wrong_number", 0.05))


def _leaver_says(scene: Scene, leaver: Departure) -> Outcome:
    if leaver.leaves_on < scene.today:
        return "left"
    return "retained" if leaver.persuadable else "refused"
