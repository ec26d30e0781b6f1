"""What one number did on one calendar day, tallied by the sieve from the raw CDRs."""

from datetime import date

from shared.topic import Count, Stage, SubscriberEvent, Topic


class UsageDay(SubscriberEvent, frozen=True, kw_only=True):
    """A day's tally; a later one of the same day has a higher `version` and counts instead."""

    day: date
    version: Count
    calls_out: Count
    calls_in: Count
    seconds_out: Count
    seconds_in: Count
    messages: Count
    bytes: Count
    own_net_calls: Count
    other_net_calls: Count
    """Calls with peers on other mobile networks; peers that nobody knows count in neither."""


TOPIC = Topic(name="warning.usage_day.v1", event=UsageDay, stage=Stage.SIGNAL, owner="warning", retention_days=40)
