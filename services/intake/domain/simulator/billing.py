"""Billing, played: top-ups and fulfilments are confirmed, sometimes days later, sometimes refused."""

from datetime import time, timedelta

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.world import Owed, World
from shared.calendar import local_moment
from shared.events.fulfilment_answered import FulfilmentAnswered
from shared.events.fulfilment_requested import FulfilmentRequested
from shared.events.top_up_answered import TopUpAnswered
from shared.events.top_up_requested import TopUpRequested
from shared.ids import derived_id
from shared.topic import Event

REFUSED_SHARE = 0.05
LATE_SHARE = 0.15
LATE_DAYS_MAX = 3
ANSWERED = time(17, 30)


def owe(world: World, request: Event) -> None:
    """Take in a request: its answer falls due today, or some days later."""
    if not isinstance(request, TopUpRequested | FulfilmentRequested):
        return
    seed = world.plan.seed
    late = luck.draw(seed, "late", request.id) < LATE_SHARE
    delay = luck.between(1, LATE_DAYS_MAX, seed, "delay", request.id) if late else 0
    owed = Owed(
        due=world.today + timedelta(days=delay),
        kind="top_up" if isinstance(request, TopUpRequested) else "fulfilment",
        request_id=request.id,
        msisdn=request.msisdn,
        accepted=luck.draw(seed, "refused", request.id) >= REFUSED_SHARE,
    )
    if owed not in world.owed:
        world.owed.append(owed)


def answers(world: World) -> list[Event]:
    """Return the answers that are due today; `settle` forgets them once they are published."""
    due = sorted((owed for owed in world.owed if owed.due <= world.today), key=lambda owed: owed.request_id)
    return [_answer(world, owed) for owed in due]


def settle(world: World) -> None:
    """Forget what was answered today."""
    world.owed = [owed for owed in world.owed if owed.due > world.today]


def _answer(world: World, owed: Owed) -> Event:
    kind = TopUpAnswered if owed.kind == "top_up" else FulfilmentAnswered
    return kind(
        id=derived_id("answer", owed.request_id),
        occurred_at=local_moment(world.today, ANSWERED),
        msisdn=owed.msisdn,
        request_id=owed.request_id,
        accepted=owed.accepted,
        why=None if owed.accepted else "the account is locked",
    )
