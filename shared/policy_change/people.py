"""Who may propose, approve, reject: a region that holds the scope, and never one person alone."""

from typing import Protocol

from shared.policy import EVERYWHERE, holds
from shared.policy_change.change import NotTheirsError, OvertakenError, Proposal
from shared.region import PROVINCE, widened, within
from shared.roles import APPROVERS


class Asker(Protocol):
    """Whoever asks for something."""

    @property
    def staff_id(self) -> str:
        """Return who."""
        ...

    @property
    def role(self) -> str:
        """Return in which role."""
        ...

    @property
    def region(self) -> str:
        """Return the region path for which they may speak."""
        ...


def sees(who: Asker, region: str) -> bool:
    """Tell whether a person may ask what holds in `region`: their own, below it, and whatever reaches into it."""
    return holds(region, who.region) or within(region, who.region)


def must_hold(who: Asker, scope: str) -> None:
    """Hold a person against the scope of a change.

    Everywhere has no region above it: whoever administers a whole province may speak of it.

    Raises:
        NotTheirsError: the scope is not within the person's region.
    """
    whole = who.role == "province_admin" and widened(who.region, PROVINCE) == who.region
    if not (whole if scope == EVERYWHERE else within(scope, who.region)):
        raise NotTheirsError(f"{scope or 'everywhere'} is not within your region, {who.region}")


def must_approve(who: Asker, proposal: Proposal) -> None:
    """Hold a person against a proposal that they want to approve: four eyes see more than two.

    Raises:
        NotTheirsError: they proposed it themselves, or their role or region doesn't reach so far.
        OvertakenError: it was decided before.
    """
    _must_be_open(proposal)
    if who.staff_id == proposal.proposed_by:
        raise NotTheirsError("you proposed this yourself: another person must approve it")
    if who.role not in APPROVERS:
        raise NotTheirsError(f"this is for {', '.join(APPROVERS)}")
    must_hold(who, proposal.scope)


def must_reject(who: Asker, proposal: Proposal) -> None:
    """Hold a person against a proposal that they want to reject; whoever proposed it may take it back.

    Raises:
        NotTheirsError: it is not theirs, and they could not approve it either.
        OvertakenError: it was decided before.
    """
    _must_be_open(proposal)
    if who.staff_id != proposal.proposed_by:
        must_approve(who, proposal)


def _must_be_open(proposal: Proposal) -> None:
    if proposal.state != "proposed":
        raise OvertakenError(f"it was {proposal.state} by {proposal.decided_by} already")
