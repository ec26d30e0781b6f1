"""A warning about a customer outside the target population: recorded, not worked (W17)."""

from shared.events.warning_raised import WarningFacts
from shared.topic import Stage, Topic


class WarningNoted(WarningFacts, frozen=True, kw_only=True):
    """The same facts as a raised warning; no work item follows."""


TOPIC = Topic(name="warning.noted.v1", event=WarningNoted, stage=Stage.WARNING, owner="warning")
