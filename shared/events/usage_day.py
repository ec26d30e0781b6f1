"""What one number did on one calendar day, tallied by the sieve from the raw CDRs."""

from datetime import date

from shared.topic import Count, Label, Stage, SubscriberEvent, Topic

Circle = tuple[tuple[Label, Count, Count], ...]
"""Peers in E.164, each with calls and seconds; the most calls come first."""
Cells = tuple[tuple[Label, Count], ...]
"""Cells by their names, each with how many CDRs; the most come first."""


class UsageDay(SubscriberEvent, frozen=True, kw_only=True):
    """A day's tally; a later one of the same day has a higher `version` and counts instead."""

    day: date
    version: Count
    """How many CDRs it counts: so a late one makes the next version, and equal versions hold the same."""
    calls_out: Count
    calls_in: Count
    seconds_out: Count
    seconds_in: Count
    messages: Count
    bytes: Count
    own_net_calls: Count
    other_net_calls: Count
    """Calls with peers on other mobile networks; peers that nobody knows count in neither."""
    own_net_peers: Count = 0
    other_net_peers: Count = 0
    """How many different peers these calls were with, by the networks known when the day was told."""
    circle: Circle = ()
    """The peers of most calls, in and out. Hotlines and short codes are nobody's circle."""
    cells: Cells = ()
    """The main cells."""
    imei: str | None = None
    """The handset last seen; None: no CDR told one of 14 to 16 digits. The first eight are its type (TAC)."""


TOPIC = Topic(name="warning.usage_day.v1", event=UsageDay, stage=Stage.SIGNAL, owner="warning", retention_days=40)
