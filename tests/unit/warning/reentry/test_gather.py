"""From usage days as they are kept, in pieces and versions, the same numbers are found as from profiles."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from services.warning.domain.reentry import gather
from services.warning.domain.reentry.assemble import Told, people_among
from services.warning.domain.reentry.columns import People, people_of
from services.warning.domain.reentry.days import (
    MOST,
    SHARDS,
    Days,
    days_of,
    in_shards,
    packed_days,
    together,
    unpacked_days,
)
from services.warning.domain.reentry.find import find_reentries
from services.warning.domain.reentry.gather import Gathering
from services.warning.domain.reentry.limits import Limits
from services.warning.domain.reentry.profiles import About, Usage, profiles_of
from shared.calendar import start_of
from shared.events.usage_day import UsageDay
from tests.unit.warning.reentry.town import AFTER, BREAK, SINCE, UNTIL, circle_of, number, town, uses

pytestmark = pytest.mark.unit

NEW = [f"+861991000{place:04d}" for place in range(4)]
IMEI = "350000000000017"


def told(usage: Usage, version: int = 3) -> UsageDay:
    """Return a day's usage as the sieve tells it."""
    return UsageDay(
        id=f"{usage.msisdn} {usage.day} {version}",
        occurred_at=start_of(usage.day + timedelta(days=1)),
        msisdn=usage.msisdn,
        day=usage.day,
        version=version,
        calls_out=1,
        calls_in=0,
        seconds_out=60,
        seconds_in=0,
        messages=0,
        bytes=0,
        own_net_calls=0,
        other_net_calls=0,
        circle=tuple((peer, tie.calls, tie.seconds) for peer, tie in usage.circle.items()),
        cells=tuple(usage.cells.items()),
        imei=usage.imei,
    )


def pieces(days: Iterable[UsageDay], luck: Random, size: int = 7) -> list[tuple[date, Days]]:
    """Return days in pieces as a consumer's batches make them, in an order of luck within each day."""
    by_day = defaultdict[date, list[UsageDay]](list)
    for each in days:
        by_day[each.day].append(each)
    cut = []
    for day, listed in sorted(by_day.items()):
        luck.shuffle(listed)
        cut += [(day, days_of(listed[at : at + size])) for at in range(0, len(listed), size)]
    return cut


def people(cut: Sequence[tuple[date, Days]], about: dict[str, About], new: Iterable[str]) -> People:
    """Return the populations that pieces come to, stored and read again in between."""
    gatherings = [Gathering() for _ in range(SHARDS)]
    for day, piece in cut:
        for shard, rows in in_shards(unpacked_days(packed_days(piece))):
            gatherings[shard].add((day - SINCE).days, rows)
    named = set(new)
    crm = Told(
        new={int(who[1:]): about.get(who, About()) for who in named},
        old={int(who[1:]): each for who, each in about.items() if who not in named},
    )
    return people_among([each.gathered() for each in gatherings], crm, SINCE, (UNTIL - SINCE).days + 1)


def a_town() -> tuple[list[Usage], dict[str, About]]:
    """Return a town in which two come back, one has a second number, one is new, and a family moves together."""
    mine, theirs = ["+8618819999901", "+8618819999902"], ["+8618819999903", "+8618819999904", "+8618819999905"]
    circles = {7: [number(8), *mine], 8: [number(7), *theirs]}
    usages = town(leaving=[7, 8, 21], circles=circles)
    usages += uses(NEW[0], [NEW[1], mine[0]], AFTER, cell="150102-7", imei=IMEI)
    usages += uses(NEW[1], [NEW[0], *theirs], AFTER, cell="150102-8")
    usages += uses(NEW[2], [*circle_of(40), NEW[2]], AFTER)
    usages += uses(NEW[3], circle_of(21), AFTER)
    about = {who: About(activated_on=BREAK, agent="agent-1") for who in NEW}
    return usages, about | {number(21): About(identity="c"), NEW[3]: About(activated_on=BREAK, identity="c")}


def test_kept_days_tell_what_profiles_tell() -> None:
    usages, about = a_town()
    profiles = profiles_of(usages, SINCE, UNTIL, about)
    plain = find_reentries(people_of(profiles.only(NEW), profiles.only(profiles.numbers.keys() - set(NEW))), Limits())
    kept = find_reentries(people(pieces(map(told, usages), Random(7)), about, NEW), Limits())
    assert kept == plain
    assert [(each.kind, each.new, each.old) for each in plain] == [
        ("churn_hidden_as_growth", NEW[0], number(7)),
        ("churn_hidden_as_growth", NEW[1], number(8)),
        ("second_number", NEW[2], number(40)),
        ("churn_hidden_as_growth", NEW[3], number(21)),
    ]


def test_a_days_later_version_counts_instead_of_the_earlier_whichever_piece_came_first() -> None:
    first = Usage(msisdn=number(1), day=SINCE, circle=uses(number(1), circle_of(2), [SINCE])[0].circle)
    later = uses(number(1), circle_of(1), [SINCE])[0]
    for order in (1, -1):
        cut = [(SINCE, days_of([told(first, 2)])), (SINCE, days_of([told(later, 5)]))][::order]
        found = people(cut, {}, [])
        assert {found.peers[code] for code in found.both.old.circle.row(0)} == set(circle_of(1))
        assert found.both.old.active.tolist() == [1]


def test_what_a_shard_holds_is_the_same_however_often_it_is_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    usages, about = a_town()
    cut = pieces(map(told, usages), Random(3))
    once = people(cut, about, NEW)
    monkeypatch.setattr(gather, "ENTRIES_MAX", 1)
    often = people(cut, about, NEW)
    for one, other in ((once.both.new, often.both.new), (once.both.old, often.both.old)):
        assert np.array_equal(one.active, other.active)
        for name in ("circle", "cells", "handsets"):
            left, right = getattr(one, name), getattr(other, name)
            assert np.array_equal(left.start, right.start)
            assert np.array_equal(left.index, right.index)
            assert np.array_equal(left.weight, right.weight)


def test_pieces_of_one_day_become_one_with_the_latest_of_each_number() -> None:
    one, two = uses(number(1), circle_of(1), [SINCE])[0], uses(number(2), circle_of(2), [SINCE], cell="c", imei=IMEI)[0]
    merged = together([days_of([told(two), told(one, 1)]), days_of([told(one, 4)])])
    assert (merged.numbers.tolist(), merged.versions.tolist()) == ([int(number(1)), int(number(2))], [4, 3])
    assert merged.peer_counts.tolist() == [len(circle_of(1)), len(circle_of(2))]
    assert set(merged.peers[: len(circle_of(1))].tolist()) == {int(peer) for peer in circle_of(1)}
    assert (merged.handsets.tolist(), merged.cell_counts.tolist()) == ([0, int(IMEI[:14])], [0, 1])


def test_short_codes_and_ones_own_number_are_nobodys_circle_and_too_many_calls_count_as_many() -> None:
    usage = uses(number(1), ["10086", number(1), number(2)], [SINCE])[0]
    day = told(usage)
    assert day.circle[2][0] == number(2)
    busy = UsageDay(**{n: getattr(day, n) for n in day.__struct_fields__} | {"circle": ((number(2), MOST + 9, 1),)})
    found = people([(SINCE, days_of([day]))], {}, [])
    assert [found.peers[code] for code in found.both.old.circle.row(0)] == [number(2)]
    assert days_of([busy]).calls.tolist() == [MOST]


def test_where_nothing_was_kept_nothing_is_found() -> None:
    assert find_reentries(people([], {}, NEW), Limits()) == []
    assert find_reentries(people(pieces(map(told, town(5)), Random(1)), {}, NEW), Limits()) == []
