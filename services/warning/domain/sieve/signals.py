"""The facts that rules wait for: each call to a rival's hotline, each call leg that ran on to a rival's number."""

from collections.abc import Iterator, Mapping, Sequence

from services.warning.domain.operators import Network, operator_of
from services.warning.domain.sieve.cdr import Cdr
from shared.events.signal_heard import SignalHeard, SignalKind
from shared.ids import derived_id


def signals(cdrs: Sequence[Cdr], network: Network, ported: Mapping[str, str]) -> Iterator[SignalHeard]:
    """Yield a signal for each CDR that is one; its id derives from the CDR's, so that a repeat is the same signal."""
    hotlines = network.hotlines
    for cdr in cdrs:
        if cdr.peer in hotlines:
            if cdr.service == "voice" and cdr.direction == "out":
                yield _signal(cdr, "rival_hotline", hotlines[cdr.peer])
        elif cdr.direction == "forwarded" and cdr.peer:
            operator = operator_of(cdr.peer, ported)
            if operator is not None and operator != network.own_operator:
                yield _signal(cdr, "rival_forwarded_leg", operator)


def _signal(cdr: Cdr, kind: SignalKind, operator: str) -> SignalHeard:
    assert cdr.peer is not None
    return SignalHeard(
        id=derived_id("signal", kind, cdr.id),
        occurred_at=cdr.occurred_at,
        msisdn=cdr.msisdn,
        kind=kind,
        peer=cdr.peer,
        operator=operator,
        duration_s=cdr.duration_s,
    )
