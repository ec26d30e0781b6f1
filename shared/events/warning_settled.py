"""What became of a warning. Each is in exactly one state at a time, and the sum over the states is all warnings."""

from typing import Literal

from shared.events.contact_reported import Outcome
from shared.topic import Event, Label, Moment, Msisdn, RegionPath, Stage, Topic

WarningState = Literal[
    "open",
    "worked",
    "held_out",
    "gated",
    "capped",
    "capacity",
    "stale",
    "cleared",
    "duplicate",
]


class WarningSettled(Event, frozen=True, kw_only=True):
    """A warning came into `state`, for the first time or from `previous`."""

    warning_id: Label
    customer_id: Label
    subscription_id: Label
    msisdn: Msisdn
    region: RegionPath
    rule_id: Label
    raised_at: Moment
    state: WarningState
    previous: WarningState | None
    """None: the warning is new here."""
    work_item_id: Label | None = None
    staff_id: Label | None = None
    """Who answers for it: who worked it, else who it was passed down to. None: the county's queue."""
    previous_staff_id: Label | None = None
    outcome: Outcome | None = None
    """Of the contact that worked it; None in other states, and where nobody was reached."""


TOPIC = Topic(
    name="dispatch.warning_settled.v1",
    event=WarningSettled,
    stage=Stage.DISPATCH,
    owner="dispatch",
    key="customer_id",
    retention_days=90,
)
