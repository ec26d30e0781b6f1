"""What policy may say of re-entry numbers."""

from typing import Annotated

from msgspec import Meta, Struct

from shared.policy import Amount, Days, Factor, Hours, Share, Times

Rounds = Annotated[int, Meta(ge=1, le=5)]
"""Each costs as much as the first."""


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.reentry_number`; a county's own asks for a higher score before somebody is called.

    All else is compared for everybody at once, by the policy that holds everywhere.
    """

    holders_max: Times = 200
    """A peer, handset or identity that more numbers share is a business: it neither nominates nor counts."""
    doubt: Amount = 10.0
    """What every circle is taken to hold beside its peers, in squared nats: small circles are alike to many."""
    gap_days_max: Days = 30
    """The old number fell silent at most so many days before the new one began."""
    overlap_days_max: Days = 14
    """Both may be in use for so long while the customer moves over."""
    silent_days_min: Days = 3
    """Fewer days without a record are no silence."""
    silent_days_enough: Days = 14
    """So many days without a record are a silence, however rarely the number was used."""
    silence_surprise_min: Factor = 3.0
    """In between, a silence must be so many of the number's usual pauses: chance leaves one in twenty, e^-3."""
    falling_share_max: Share = 0.3
    """A number in use on at most this share of its earlier days falls."""
    handset_weight: Share = 0.4
    """What the same handset adds to a score; alone it is not enough, because handsets are sold."""
    identity_weight: Share = 0.9
    """What the same identity adds to a score; alone it is enough."""
    cells_weight: Share = 0.15
    """What the same cells add to a score: neighbours have them too."""
    score_min: Share = 0.5
    """The operating point, 0 to 1."""
    strength_min: Amount = 2.0
    """What is shared must say so much, in nats, beyond what chance would find among all numbers in question."""
    peers_shared_min: Times = 2
    """So many peers that count are shared, unless handset or identity are: each peer has friends who call it alike."""
    margin_min: Share = 0.1
    """The best old number's score is at least this much above the second's."""
    rounds_max: Rounds = 3
    """So often is looked again, with the numbers that were found followed."""
    second_number_score_min: Share = 0.6
    """The operating point where both numbers are alive: a friend's circle is alike, and alive."""
    second_number_peers_shared_min: Times = 3
    """And so many peers that count are shared, unless handset or identity are."""
    dealer_days: Days = 7
    """The window of a dealer's pattern."""
    dealer_handset_numbers_min: Times = 5
    """So many numbers begun on one handset are a dealer's pattern."""
    dealer_place_numbers_min: Times = 10
    """So many thin numbers of one cell or agent are one ..."""
    dealer_place_lift_min: Factor = 5.0
    """... where they are so many times what is usual of a cell or an agent."""
    dealer_circle_max: Times = 3
    """A number that knows at most so many peers is thin: nobody lives on it."""
    actionable_hours: Hours = 14 * 24
