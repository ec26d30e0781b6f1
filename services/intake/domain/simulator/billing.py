"""Billing, played: top-ups and fulfilments are confirmed, sometimes days later, sometimes refused."""

from datetime import time, timedelta

from services.intake.domain.simulator import luck
from services.intake.domain.simulator.world import Owed, Scene
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


def owe(scene: Scene, request: Event) -> None:
    """Take in a request: its answer falls due today, or some days later."""
    if not isinstance(request, TopUpRequested | FulfilmentRequested):
        return
    seed = scene.plan.seed
    late = luck.draw(seed, "late", request.id) < LATE_SHARE
    delay = luck.between(1, LATE_DAYS_MAX, seed, "delay", request.id) if late else 0
    owed = Owed(
        due=scene.today + timedelta(days=delay),
        kind="top_up" if isinstance(request, TopUpRequested) else "fulfilment",
        request_id=request.id,
        msisdn=request.msisdn,
        accepted=luck.draw(seed, "refused", request.id) >= REFUSED_SHARE,
    )
    if owed not in scene.owed:
        scene.owed.append(owed)


def answers(scene: Scene) -> list[Event]:
    """Return the answers that are due today; `settle` forgets them once they are published."""
    due = sorted((owed for owed in scene.owed if owed.due <= scene.today), key=lambda owed: owed.request_id)
    return [_answer(scene, owed) for owed in due]


def settle(scene: Scene) -> None:
    """Forget what was answered today."""
    scene.owed = [owed for owed in scene.owed if owed.due > scene.today]


def _answer(scene: Scene, owed: Owed) -> Event:
    kind = TopUpAnswered if owed.kind == "top_up" else FulfilmentAnswered
    return kind(
        id=derived_id("answer", owed.request_id),
        occurred_at=local_moment(scene.today, ANSWERED),
        msisdn=owed.msisdn,
        request_id=owed.request_id,
        accepted=owed.accepted,
        why=None if owed.accepted else "the account is locked",
    )
