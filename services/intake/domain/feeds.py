"""How good each upstream feed is, day by day: what is missing, how late it comes, what comes twice, what is refused.

What is missing is told by the numbers of the records where they have any, and else by the feed's own past: the same
hours of the same weekday, or of the same day of the month for a feed that comes once a month. So a feed that falls
silent is seen as time passes, not when it speaks again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Annotated, Literal

from msgspec import Meta, Struct

from services.intake.domain.arrivals import delay_at_most_s
from shared.calendar import ZONE, days, days_before, local_date, months_later, start_of
from shared.policy import Hours

HOURS = 24
WEEKDAYS_BACK, MONTHS_BACK = 4, 3
PAST_DAYS = 95
"""So far back lies the earliest day with which one is compared."""
COMPARED_MIN = 2
"""With fewer days of the past nothing is expected yet."""
RHYTHM_DAYS = 28
SILENCE_DAYS = 7
"""For so many days of silence it is added up what should have come; by then it is known."""
HOUR = timedelta(hours=1)

Records = Annotated[int, Meta(ge=1, le=10**9)]
Basis = Literal["weekday", "month_day"]
Past = Mapping[date, Sequence[int]]
"""A feed's records by day and hour, from its first day on; a day without any may be left out."""


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `intake.feeds`."""

    patience_hours: Hours = 2
    """An hour counts as over so long after its end, and a feed is not silent before."""
    patience_hours_of: dict[str, Hours] = {}
    """Topics that come in files every so often, with the patience that they need."""
    expected_min: Records = 20
    """Where the past lets fewer records expect, their number says nothing."""
    jump_min: Records = 100_000
    """So many numbers missing at one place are no loss: the source began to count anew."""

    def patience(self, topic: str) -> timedelta:
        """Return how long `topic` may take."""
        return timedelta(hours=self.patience_hours_of.get(topic, self.patience_hours))


class Tally(Struct, frozen=True, kw_only=True):
    """What was counted of one topic's day."""

    arrived: int = 0
    looked_at: int = 0
    repeated: int = 0
    refused: int = 0
    delays: dict[int, int] = {}
    """Records by the step of their delay (`arrivals.step_of`)."""
    delay_s_max: float = 0.0
    gaps: tuple[int, ...] | None = None
    """The lengths of the gaps in the records' numbers; None: they have no numbers."""
    numbered: int = 0
    """How many different numbers were seen."""


class Quality(Struct, frozen=True, kw_only=True):
    """One feed on one day. A share is None where there is nothing that it could be a share of."""

    topic: str
    day: date
    arrived: int
    """Records whose event occurred on that day, repeats included."""
    expected: int | None
    """What the past lets expect of the hours that are over; None: too little is known, or it would be too few."""
    expected_by: Basis | None
    missing: int | None
    """Numbers that were left out; None: the records have no numbers."""
    jumps: int
    """Places where a source began to count anew, as far as anybody can tell."""
    completeness: float | None
    """The lower of two shares: of the numbers that came, and of the records that were expected. At most 1."""
    delay_s_p50: float | None
    delay_s_p95: float | None
    delay_s_max: float | None
    looked_at: int
    """Records whose ids were held against those of the last days: all of them, of raw CDRs a sample."""
    repeated: int
    repeated_share: float | None
    refused: int
    """Records that could not be read; they count on the day on which they arrived."""
    refused_share: float | None
    last_arrived_at: datetime | None
    silent_s: float
    """Since when nothing came although it should have; 0: the feed speaks, or need not."""


class Feed(Struct, frozen=True, kw_only=True):
    """What is known of one topic beside the day at hand."""

    topic: str
    past: Past
    last_arrived_at: datetime | None


def quality(feed: Feed, day: date, tally: Tally, now: datetime, limits: Limits) -> Quality:
    """Judge `day` of a feed as of `now`."""
    hours = hours_over(day, now - limits.patience(feed.topic))
    expected, basis = _expected(feed.past, day, hours, limits)
    gaps = None if tally.gaps is None else [gap for gap in tally.gaps if gap < limits.jump_min]
    missing = None if gaps is None else sum(gaps)
    return Quality(
        topic=feed.topic,
        day=day,
        arrived=tally.arrived,
        expected=expected,
        expected_by=basis,
        missing=missing,
        jumps=len(tally.gaps or ()) - len(gaps or ()),
        completeness=_completeness(tally, missing, expected, sum(feed.past.get(day, ())[:hours])),
        delay_s_p50=delay_quantile_s(tally, 0.5),
        delay_s_p95=delay_quantile_s(tally, 0.95),
        delay_s_max=tally.delay_s_max if tally.delays else None,
        looked_at=tally.looked_at,
        repeated=tally.repeated,
        repeated_share=_share(tally.repeated, tally.looked_at),
        refused=tally.refused,
        refused_share=_share(tally.refused, tally.arrived + tally.refused),
        last_arrived_at=feed.last_arrived_at,
        silent_s=silence_s(feed, now, limits),
    )


def hours_over(day: date, moment: datetime) -> int:
    """Return how many hours of `day` are over at `moment`."""
    return min(max(int((moment - start_of(day)) / HOUR), 0), HOURS)


def compared(past: Past, day: date) -> tuple[list[date], Basis]:
    """Return the earlier days with which `day` is compared: by the rhythm in which the feed came so far."""
    first = min(past, default=day)
    before = [each for each in days(days_before(day, RHYTHM_DAYS), RHYTHM_DAYS) if each >= first]
    active = sum(any(past.get(each, ())) for each in before)
    if 2 * active >= len(before):
        return [each for each in _weekdays(day) if each >= first], "weekday"
    return [each for each in _month_days(day) if each >= first], "month_day"


def silence_s(feed: Feed, now: datetime, limits: Limits) -> float:
    """Return for how many seconds a feed has been silent that should have spoken by now; 0: it is not."""
    last, patience = feed.last_arrived_at, limits.patience(feed.topic)
    if last is None:
        return 0.0
    first, end, should = _next_hour(last), now - patience, 0.0
    for day in days(local_date(first), SILENCE_DAYS):
        hours = (hour for hour in range(HOURS) if first <= start_of(day) + hour * HOUR <= end - HOUR)
        should += _usual(feed.past, day, hours)
        if should >= limits.expected_min:
            return (now - last).total_seconds()
    return 0.0


def delay_quantile_s(tally: Tally, share: float) -> float | None:
    """Return the delay that `share` of the records did not exceed, rounded up to its step; None: there are none."""
    wanted, so_far = share * sum(tally.delays.values()), 0
    for step in sorted(tally.delays):
        so_far += tally.delays[step]
        if so_far >= wanted:
            return min(delay_at_most_s(step), tally.delay_s_max)
    return None


def _weekdays(day: date) -> list[date]:
    return [days_before(day, 7 * back) for back in range(1, WEEKDAYS_BACK + 1)]


def _month_days(day: date) -> list[date]:
    return [months_later(day, -back) for back in range(1, MONTHS_BACK + 1)]


def _expected(past: Past, day: date, hours: int, limits: Limits) -> tuple[int | None, Basis | None]:
    earlier, basis = compared(past, day)
    if len(earlier) < COMPARED_MIN:
        return None, None
    usual = round(median(sum(past.get(each, ())[:hours]) for each in earlier))
    return (usual, basis) if usual >= limits.expected_min else (None, None)


def _usual(past: Past, day: date, hours: Iterable[int]) -> float:
    """Return how many records these hours of `day` let expect; 0 while too little is known."""
    earlier, _ = compared(past, day)
    if len(earlier) < COMPARED_MIN:
        return 0.0
    return sum(median(sum(past.get(each, ())[hour : hour + 1]) for each in earlier) for hour in hours)


def _completeness(tally: Tally, missing: int | None, expected: int | None, came: int) -> float | None:
    shares = []
    if missing is not None and tally.numbered:
        shares.append(tally.numbered / (tally.numbered + missing))
    if expected:
        shares.append(min(came / expected, 1.0))
    return min(shares, default=None)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _next_hour(moment: datetime) -> datetime:
    """Return the beginning of the first hour that lies wholly behind `moment`."""
    begun = moment.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
    return begun if begun == moment else begun + HOUR
