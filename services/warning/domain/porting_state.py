"""How far a number is on its way to another operator (W7), told from its steps and from the time that has passed.

The authorisation code lives 60 minutes; after that it has lapsed, whether or not anybody says so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from shared.events.porting_progressed import PortingStep

State = Literal["enquired", "applied", "code_issued", "lapsed", "ported_out"]

CODE_LIVES = timedelta(minutes=60)
"""The rule of the land (docs/standards.md), no policy of ours."""
ORDER: tuple[PortingStep, ...] = ("lapsed", "enquiry", "application", "code_issued", "ported_out")
"""Steps of one moment are taken in the order of the way; one that lapses then is the way before."""


class Step(Struct, frozen=True, kw_only=True):
    """One step, as the gateway or the BSS told it."""

    step: PortingStep
    at: datetime
    to_operator: str | None = None


class PortingState(Struct, frozen=True, kw_only=True):
    """Where a number is."""

    state: State
    since: datetime
    to_operator: str | None = None
    """None: nobody has said whereto."""
    code_valid_until: datetime | None = None
    """None: no code was issued, or what came after it counts."""
    lapsed_by_time: bool = False
    """The code's time ran out, and nobody told anything since."""


def state_of(steps: Sequence[Step], now: datetime) -> PortingState | None:
    """Return the state at `now` after `steps`, in whatever order they were told; None: there was none yet."""
    state: PortingState | None = None
    for step in sorted(steps, key=lambda each: (each.at, ORDER.index(each.step))):
        if step.at <= now:
            state = _after(_as_of(state, step.at), step)
    return _as_of(state, now)


def _as_of(state: PortingState | None, moment: datetime) -> PortingState | None:
    """Return what time alone has made of `state`."""
    if state is None or state.state != "code_issued" or state.code_valid_until is None:
        return state
    if moment < state.code_valid_until:
        return state
    return PortingState(
        state="lapsed",
        since=state.code_valid_until,
        to_operator=state.to_operator,
        code_valid_until=state.code_valid_until,
        lapsed_by_time=True,
    )


def _after(state: PortingState | None, step: Step) -> PortingState:
    whereto = step.to_operator or (state.to_operator if state else None)
    match step.step:
        case "enquiry" if state and state.state in ("applied", "code_issued"):
            return state
        case "application" if state and state.state == "code_issued":
            return state
        case "enquiry":
            return PortingState(state="enquired", since=step.at, to_operator=step.to_operator)
        case "application":
            return PortingState(state="applied", since=step.at, to_operator=whereto)
        case "code_issued":
            until = step.at + CODE_LIVES
            return PortingState(state="code_issued", since=step.at, to_operator=whereto, code_valid_until=until)
        case "lapsed" | "ported_out" as ended:
            return PortingState(state=ended, since=step.at, to_operator=whereto)
