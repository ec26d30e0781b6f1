"""One customer's case at a desk: facts in, what is said out, porting applications kept as the tables keep them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, get_args

from msgspec import structs

from services.dispatch.domain.case import Application, Case, Item
from services.dispatch.domain.decide import Desk, decide
from services.dispatch.domain.holdout import Holdout
from services.dispatch.domain.passdown import Member
from shared.events.contact_reported import ContactReported, Outcome
from shared.events.porting_progressed import PortingProgressed, PortingStep
from shared.events.warning_cleared import WarningCleared
from shared.events.warning_raised import WarningRaised
from shared.events.warning_settled import WarningSettled, WarningState
from shared.policy import EVERYWHERE, PolicyBook, PolicyVersion
from shared.topic import Event, of_kind
from tests.support.builders import NUMBER, REGION, at, fresh
from tests.unit.warning.builders import warning

NOON = at("2026-03-05 12:00")
W1 = warning(NOON, id="w1")
STATES = get_args(WarningState)
ROSTER = (
    Member("anna", "customer_manager", REGION),
    Member("bert", "customer_manager", REGION),
    Member("carl", "phone_manager", REGION),
)
NOBODY_HELD_OUT = PolicyVersion(
    name="dispatch.holdout",
    version=1,
    scope=EVERYWHERE,
    effective_from=at("2000-01-01 00:00"),
    fields={"share": 0.0},
)


def policy(number: int, name: str, **fields: Any) -> PolicyVersion:
    """Return a version that was always in force."""
    return structs.replace(NOBODY_HELD_OUT, name=f"dispatch.{name}", version=number, fields=fields)


def everybody_held_out() -> PolicyVersion:
    """Return the version that holds out all who may be."""
    return policy(2, "holdout", share=1.0, salt=Holdout().salt)


def cleared(about: WarningRaised, hours: float = 1) -> WarningCleared:
    """Return that a warning's reason was gone so many hours after it was raised."""
    return WarningCleared(
        id=fresh("cleared"),
        occurred_at=about.occurred_at + timedelta(hours=hours),
        msisdn=about.msisdn,
        rule_id=about.rule_id,
        subscription_id=about.subscription_id,
        customer_id=about.customer_id,
        cause_id=fresh("cause"),
        why="service resumed",
    )


def porting(step: PortingStep, when: datetime = NOON, msisdn: str = NUMBER) -> PortingProgressed:
    """Return a step of porting."""
    return PortingProgressed(id=fresh("porting"), occurred_at=when, msisdn=msisdn, step=step)


def contact(item: Item, outcome: Outcome | None = "retained", when: datetime = NOON) -> ContactReported:
    """Return a contact about `item`; without an outcome nobody was reached."""
    return ContactReported(
        id=fresh("contact"),
        occurred_at=when,
        work_item_id=item.work_item_id,
        customer_id="c1",
        subscription_id=item.subscription_id,
        msisdn=item.msisdn,
        region=item.home_region,
        staff_id="carl",
        attempt=item.attempts + 1,
        reached=outcome is not None,
        outcome=outcome,
        judged_reason=None,
        means=(),
        offers=(),
        next_step=None,
        next_on=None,
    )


@dataclass
class AtDesk:
    """A customer's case, and all that was said of it."""

    case: Case = field(default_factory=lambda: Case(customer_id="c1"))
    now: datetime = NOON
    versions: tuple[PolicyVersion, ...] = (NOBODY_HELD_OUT,)
    roster: tuple[Member, ...] = ROSTER
    said: list[Event] = field(default_factory=list)
    applied_at: datetime | None = None
    released_at: datetime | None = None

    def hear(self, *events: Event) -> list[Event]:
        """Decide events in their order; return what was said of them."""
        before = len(self.said)
        for event in events:
            if isinstance(event, PortingProgressed):
                self._record(event)
            decision = decide(Desk(PolicyBook(self.versions), self.roster, self.now), self.case, event)
            self.case = decision.memory
            self.said += decision.events
        return self.said[before:]

    def _record(self, event: PortingProgressed) -> None:
        """Keep the last application and its end, in whatever order they are told."""
        at = event.occurred_at
        if event.step == "application" and (self.applied_at is None or self.applied_at < at):
            self.applied_at = at
            self.released_at = self.released_at if self.released_at and self.released_at > at else None
        if event.step in ("lapsed", "ported_out") and (self.released_at is None or self.released_at < at):
            self.released_at = at
        if self.applied_at:
            told = (Application(self.applied_at, self.released_at),)
            self.case = structs.replace(self.case, applications=told)

    @property
    def states(self) -> dict[str, WarningState]:
        """Return each warning's state as it is remembered."""
        return {known.warning_id: known.state for known in self.case.warnings}

    @property
    def told_states(self) -> dict[str, WarningState]:
        """Return each warning's state as it was told last."""
        return {settled.warning_id: settled.state for settled in of_kind(WarningSettled, self.said)}

    @property
    def counted(self) -> Counter[WarningState]:
        """Return how many warnings are in each state."""
        return Counter(self.states.values())


def opened(*more: Event) -> tuple[AtDesk, Item]:
    """Return a desk with one open item, and the item, once `more` was heard too."""
    desk = AtDesk()
    desk.hear(W1, *more)
    assert desk.case.open_item
    return desk, desk.case.open_item
