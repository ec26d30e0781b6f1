"""A customer complains, is not content with the answer, and complains again; some are content in the end."""

from collections.abc import Iterator
from typing import Literal

from services.intake.domain.simulator.episode import Act, Episode
from shared.events.complaint_recorded import ComplaintClass, ComplaintRecorded
from shared.ids import derived_id
from shared.topic import Event

State = Literal["received", "settled", "unsettled"]
COURSE: tuple[tuple[int, ComplaintClass, State], ...] = (
    (0, "network_quality", "received"),
    (4, "network_quality", "unsettled"),
    (9, "billing", "received"),
)
CONTENT_DAY = 14


def shows(act: Act) -> Iterator[Event]:
    """Yield today's complaints and answers."""
    yield from (_complaint(act, subject, state) for day, subject, state in COURSE if day == act.day)
    if act.day == CONTENT_DAY and act.who.index % 2:
        yield from (_complaint(act, subject, "settled") for _, subject, state in COURSE if state == "received")


def _complaint(act: Act, subject: ComplaintClass, state: State) -> ComplaintRecorded:
    return ComplaintRecorded(
        id=derived_id("complaint", act.who.subscription_id, subject, state),
        occurred_at=act.at(11),
        msisdn=act.who.msisdn,
        complaint_id=f"T-{act.who.index:06d}-{subject}",
        complaint_class=subject,
        state=state,
    )


EPISODE = Episode(id="complaints", says="complains twice within a month", first_day=6, shows=shows)
