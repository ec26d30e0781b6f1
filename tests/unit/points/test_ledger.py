"""Double entry: every posting sums to zero, is made once, and no member ever has less than nothing."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.points.domain.earning import Earning, points_earned
from services.points.domain.ledger import (
    ISSUED,
    REDEEMED,
    Cause,
    ChangedPostingError,
    Kind,
    Posting,
    active,
    check_repeat,
    posting,
    reserved,
    told,
)
from services.points.domain.redemption import (
    Redeemed,
    Redemption,
    RefusedRedemptionError,
    airtime_fen,
    reserving,
    settling,
)
from shared import codec
from shared.events.points_posted import TOPIC, PointsPosted
from shared.events.top_up_answered import TopUpAnswered
from shared.ids import derived_id
from tests.support.builders import NUMBER, at, bill

pytestmark = pytest.mark.unit

NOON = at("2026-03-05 12:00")
MEMBERS = ("c1", "c2")


def cause(name: str = "b1", customer_id: str = "c1") -> Cause:
    """Return why points move."""
    return Cause(name, customer_id, NOON)


@pytest.mark.parametrize(
    ("kind", "source", "target"),
    [
        ("earned", ISSUED, active("c1")),
        ("reserved", active("c1"), reserved("c1")),
        ("redeemed", reserved("c1"), REDEEMED),
        ("released", reserved("c1"), active("c1")),
    ],
)
def test_each_kind_moves_points_its_way(kind: Kind, source: str, target: str) -> None:
    made = posting(kind, 7, cause())
    assert (made.entries, made.points) == (((source, -7), (target, 7)), 7)


@pytest.mark.parametrize("points", [0, -1])
def test_nothing_is_no_posting(points: int) -> None:
    with pytest.raises(ValueError, match="at least one point"):
        posting("earned", points, cause())


def test_a_posting_that_does_not_balance_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match="balances"):
        Posting(id="x", kind="earned", customer_id="c1", cause_id="b", at=NOON, entries=((ISSUED, -1), ("a", 2)))


def test_its_id_derives_from_kind_and_cause() -> None:
    assert posting("earned", 7, cause()).id == posting("earned", 8, cause()).id
    assert len({posting(kind, 7, cause(name)).id for kind in ("earned", "reserved") for name in ("b1", "b2")}) == 4


def test_the_same_id_with_another_content_is_an_error() -> None:
    made = posting("earned", 7, cause())
    check_repeat(made, "c1", 7)
    for customer_id, points in (("c1", 8), ("c2", 7)):
        with pytest.raises(ChangedPostingError, match="earned for b1"):
            check_repeat(made, customer_id, points)


def test_what_is_told_can_be_read_whatever_the_causes_id() -> None:
    long = cause("x" * 128)
    assert told(posting("earned", 7, long)) == PointsPosted(
        id=derived_id("posting", "earned", long.id),
        occurred_at=NOON,
        customer_id="c1",
        kind="earned",
        points=7,
        cause_id=long.id,
    )
    assert codec.decode(TOPIC, codec.encode(told(posting("earned", 7, long)))) == told(posting("earned", 7, long))


@dataclass
class Book:
    """The ledger as its tables keep it, in dictionaries."""

    postings: dict[str, Posting] = field(default_factory=dict)
    redemptions: dict[str, Redeemed] = field(default_factory=dict)

    def post(self, made: Posting) -> None:
        """Write a posting once."""
        if made.id in self.postings:
            check_repeat(made, self.postings[made.id].customer_id, self.postings[made.id].points)
        self.postings.setdefault(made.id, made)

    @property
    def balances(self) -> Counter[str]:
        """Return each account's sum of entries."""
        sums = Counter[str]()
        for made in self.postings.values():
            for account, points in made.entries:
                sums[account] += points
        return sums

    def earn(self, customer_id: str, number: int, yuan: int) -> None:
        """Post what a bill earns."""
        earned = points_earned(bill("2026-02", yuan), Earning())
        if earned:
            self.post(posting("earned", earned, cause(f"bill-{customer_id}-{number}-{yuan}", customer_id)))

    def redeem(self, customer_id: str, number: int, points: int) -> None:
        """Ask for airtime, as the web hall would."""
        name = f"redemption-{customer_id}-{number}"
        if name in self.redemptions:
            return
        fen = airtime_fen(points, self.balances[active(customer_id)], Redemption())
        asked = Redeemed(
            redemption_id=name,
            customer_id=customer_id,
            msisdn=NUMBER,
            points=points,
            airtime_fen=fen,
            state="reserved",
        )
        self.redemptions[name] = asked
        self.post(reserving(asked, NOON)[0])

    def answer(self, customer_id: str, number: int, *, accepted: bool) -> None:
        """Hear billing's answer."""
        known = self.redemptions.get(f"redemption-{customer_id}-{number}")
        if known is None:
            return
        heard = TopUpAnswered(
            id="a", occurred_at=NOON, msisdn=NUMBER, request_id=known.redemption_id, accepted=accepted
        )
        settled = settling(known, heard)
        if settled:
            self.post(settled)
            self.redemptions[known.redemption_id] = structs.replace(known, state=settled.kind)


WHO, NUMBERS = st.sampled_from(MEMBERS), st.integers(0, 3)
EARN = st.tuples(st.just("earn"), WHO, NUMBERS, st.integers(-10, 4_000))
REDEEM = st.tuples(st.just("redeem"), WHO, NUMBERS, st.sampled_from([1_000, 1_500, 5_000, 999, 4_000]))
ANSWER = st.tuples(st.just("answer"), WHO, NUMBERS, st.integers(0, 1))


@given(st.lists(st.one_of(EARN, EARN, REDEEM, ANSWER), max_size=30))
def test_whatever_happens_and_however_often_the_books_are_sound(
    happened: list[tuple[str, str, int, int]],
) -> None:
    book = Book()
    for what, who, number, amount in happened:
        try:
            match what:
                case "earn":
                    book.earn(who, number, amount)
                case "redeem":
                    book.redeem(who, number, amount)
                case "answer":
                    book.answer(who, number, accepted=bool(amount))
        except RefusedRedemptionError:
            pass
        assert_sound(book)


def assert_sound(book: Book) -> None:
    """Check what must hold after every step."""
    balances = book.balances
    assert balances.total() == 0
    assert all(points >= 0 for account, points in balances.items() if account != ISSUED)
    moved = Counter[str]()
    for each in book.postings.values():
        moved[each.kind] += each.points
    assert -balances[ISSUED] == moved["earned"]
    assert balances[REDEEMED] == moved["redeemed"]
    held = sum(balances[account(who)] for who in MEMBERS for account in (active, reserved))
    assert moved["earned"] == moved["redeemed"] + held
    waiting = [each for each in book.redemptions.values() if each.state == "reserved"]
    assert sum(balances[reserved(who)] for who in MEMBERS) == sum(each.points for each in waiting)
