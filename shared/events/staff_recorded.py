"""A person of the operator who works items or supervises, as dispatch keeps them."""

from typing import Literal

from shared.topic import Event, Label, RegionPath, Stage, Topic

Role = Literal[
    "integrator",
    "province_admin",
    "city_admin",
    "county_supervisor",
    "team_leader",
    "customer_manager",
    "phone_manager",
    "channel",
    "finance",
    "auditor",
    "ops",
]


class StaffRecorded(Event, frozen=True, kw_only=True):
    """The record as of `occurred_at`; the latest one of a `staff_id` counts."""

    staff_id: Label
    name: Label
    role: Role
    region: RegionPath
    team: Label | None = None
    """The small team that guards a fixed group of customers (D6); None: none yet."""
    active: bool = True


TOPIC = Topic(
    name="dispatch.staff_recorded.v1",
    event=StaffRecorded,
    stage=Stage.DISPATCH,
    owner="dispatch",
    key="staff_id",
    partitions=1,
    retention_days=365,
)
