"""A package's agreement ends; every other customer binds anew before it does."""

from collections.abc import Iterator

from services.intake.domain.simulator.episode import Act, Episode, later
from shared.events.agreement_recorded import AgreementRecorded
from shared.ids import derived_id
from shared.topic import Event

RUNS_DAYS, BOUND_ANEW_DAYS = 25, 390
RENEWED_DAY = 20


def shows(act: Act) -> Iterator[Event]:
    """Yield the agreement as the CRM tells it, and the one after it."""
    if act.day == 0:
        yield _agreement(act, "old", -340, RUNS_DAYS)
    if act.day == RENEWED_DAY and act.who.index % 2:
        yield _agreement(act, "new", 0, BOUND_ANEW_DAYS)


def _agreement(act: Act, which: str, begun: int, ends: int) -> AgreementRecorded:
    return AgreementRecorded(
        id=derived_id("agreement", act.who.subscription_id, which),
        occurred_at=act.at(9),
        msisdn=act.who.msisdn,
        agreement_id=f"A-{act.who.index:06d}-{which}",
        kind="package",
        name=act.who.plan.id,
        begins_on=later(act.today, begun),
        ends_on=later(act.today, ends),
    )


EPISODE = Episode(id="agreement_ends", says="is bound for 25 days more", first_day=4, shows=shows)
