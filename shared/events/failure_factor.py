"""What failed contacts of a month were put down to in a region: told once, when the month is over, for the next one."""

from typing import Annotated

from msgspec import Meta

from shared.topic import Count, Event, Label, Month, RegionPath, Stage, Topic


class FailureFactor(Event, frozen=True, kw_only=True):
    """One reason's part in a month's failed contacts in a county, a city or a province, as known when it ended."""

    month: Month
    region: RegionPath
    reason: Label
    """As callers judged it; `not_said` where they did not."""
    count: Count
    """Contacts that ended with the customer refusing to stay or gone already, put down to this reason."""
    failures: Count
    """Such contacts in all."""
    share: Annotated[float, Meta(ge=0, le=1)]
    """`count` of `failures`."""


TOPIC = Topic(
    name="reference.failure_factors.v1",
    event=FailureFactor,
    stage=Stage.REFERENCE,
    owner="kpi",
    key="region",
    partitions=1,
    retention_days=90,
)
