"""What points hears, and what it does about it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.points.domain.earning import Earning, points_earned
from services.points.domain.ledger import Cause, Posting, posting, told
from services.points.domain.redemption import settling
from services.points.storage import ledger, members
from services.points.storage.members import Billed
from shared import metrics, sweep
from shared.arrival import Arrival
from shared.catalogue import topic_of
from shared.db import waiting
from shared.db.policies import Policies
from shared.events.bill_issued import BillIssued
from shared.events.customer_recorded import CustomerRecorded
from shared.events.day_passed import DayPassed
from shared.events.subscription_recorded import SubscriptionRecorded
from shared.events.top_up_answered import TopUpAnswered
from shared.policy import EVERYWHERE
from shared.topic import Event, of_kind

HEARD = tuple(topic_of(kind) for kind in (CustomerRecorded, SubscriptionRecorded, BillIssued, TopUpAnswered, DayPassed))


class Hear:
    """Takes one partition's new events at a time; they are all of one topic."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def __call__(self, tx: AsyncConnection, arrivals: Sequence[Arrival]) -> Sequence[Event]:
        """Keep or post `arrivals`, and return what there is to say."""
        events = [arrival.event for arrival in arrivals]
        match events[0]:
            case DayPassed():
                await sweep.note(tx, of_kind(DayPassed, events))
                return ()
            case TopUpAnswered():
                return await _posted(tx, await _settled(tx, of_kind(TopUpAnswered, events)))
            case BillIssued():
                return await self._earn(tx, of_kind(BillIssued, events))
        return await self._earn(tx, of_kind(BillIssued, await _told(tx, events)))

    async def _earn(self, tx: AsyncConnection, bills: Sequence[BillIssued]) -> Sequence[Event]:
        """Post what first versions of bills earn; a bill whose holder nobody told yet waits."""
        first = [bill for bill in bills if bill.version == 1]
        if not first:
            return ()
        whose = list(zip(first, await _billed(tx, first), strict=True))
        await waiting.keep(tx, [(billed.customer_id or bill.msisdn, bill) for bill, billed in whose if not billed.told])
        earned = [self._earned(bill, billed.customer_id) for bill, billed in whose if billed.member]
        return await _posted(tx, [each for each in earned if each])

    def _earned(self, bill: BillIssued, customer_id: str | None) -> Posting | None:
        policy = self._policies.book.resolve("points.earning", Earning(), EVERYWHERE, bill.occurred_at).value
        points = points_earned(bill, policy)
        return (
            posting("earned", points, Cause(bill.id, customer_id, bill.occurred_at)) if customer_id and points else None
        )


async def _billed(tx: AsyncConnection, bills: Sequence[BillIssued]) -> list[Billed]:
    """Return whom each bill is for, with the locks held of whatever is not known."""
    await waiting.lock(tx, {bill.msisdn for bill in bills})
    whose = await members.billed(tx, bills)
    untold = {billed.customer_id for billed in whose if billed.customer_id and not billed.told}
    if not untold:
        return whose
    await waiting.lock(tx, untold)
    return await members.billed(tx, bills)


async def _told(tx: AsyncConnection, events: Sequence[Event]) -> list[Event]:
    """Keep what the CRM tells, and return the bills that waited for it."""
    customers, periods = of_kind(CustomerRecorded, events), of_kind(SubscriptionRecorded, events)
    names = {*(each.customer_id for each in customers), *(each.msisdn for each in periods)}
    await waiting.lock(tx, names)
    if customers:
        await members.record_members(tx, customers)
    if periods:
        await members.record_holdings(tx, periods)
    return await waiting.release(tx, names)


async def _posted(tx: AsyncConnection, postings: Sequence[Posting]) -> Sequence[Event]:
    fresh = await ledger.post(tx, postings)
    for each in fresh:
        metrics.POINTS.labels(each.kind).inc(each.points)
    return [told(each) for each in fresh]


async def _settled(tx: AsyncConnection, answers: Sequence[TopUpAnswered]) -> list[Posting]:
    if not answers:
        return []
    known = await ledger.redemptions(tx, [answer.request_id for answer in answers])
    postings: list[Posting] = []
    for answer in answers:
        redeemed = known.pop(answer.request_id, None)
        settled = settling(redeemed, answer) if redeemed else None
        if settled:
            await ledger.settle_redemption(tx, answer.request_id, settled.kind, answer.occurred_at)
            postings.append(settled)
    return postings
