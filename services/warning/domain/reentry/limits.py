"""What policy may say of re-entry numbers."""

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Overridden by policy `warning.reentry_number`."""

    holders_max: int = 200
    """A peer, handset or identity that more numbers share is a business: it neither nominates nor counts."""
    doubt: float = 10.0
    """What every circle is taken to hold beside its peers, in squared nats: small circles are alike to many."""
    gap_days_max: int = 30
    """The old number fell silent at most so many days before the new one began."""
    overlap_days_max: int = 14
    """Both may be in use for so long while the customer moves over."""
    silent_days_min: int = 3
    """Fewer days without a record are no silence."""
    silent_days_enough: int = 14
    """So many days without a record are a silence, however rarely the number was used."""
    silence_surprise_min: float = 3.0
    """In between, a silence must be so many of the number's usual pauses: chance leaves one in twenty, e^-3."""
    falling_share_max: float = 0.3
    """A number in use on at most this share of its earlier days falls."""
    handset_weight: float = 0.4
    """What the same handset adds to a score; alone it is not enough, because handsets are sold."""
    identity_weight: float = 0.9
    """What the same identity adds to a score; alone it is enough."""
    cells_weight: float = 0.15
    """What the same cells add to a score: neighbours have them too."""
    score_min: float = 0.5
    """The operating point, 0 to 1."""
    strength_min: float = 2.0
    """What is shared must say so much, in nats, beyond what chance would find among all numbers in question."""
    peers_shared_min: int = 2
    """So many peers that count are shared, unless handset or identity are: each peer has friends who call it alike."""
    margin_min: float = 0.1
    """The best old number's score is at least this much above the second's."""
    rounds_max: int = 3
    """So often is looked again, with the numbers that were found followed."""
    second_number_score_min: float = 0.6
    """The operating point where both numbers are alive: a friend's circle is alike, and alive."""
    second_number_peers_shared_min: int = 3
    """And so many peers that count are shared, unless handset or identity are."""
    dealer_days: int = 7
    """The window of a dealer's pattern."""
    dealer_handset_numbers_min: int = 5
    """So many numbers begun on one handset are a dealer's pattern."""
    dealer_place_numbers_min: int = 10
    """So many thin numbers of one cell or agent are one ..."""
    dealer_place_lift_min: float = 5.0
    """... where they are so many times what is usual of a cell or an agent."""
    dealer_circle_max: int = 3
    """A number that knows at most so many peers is thin: nobody lives on it."""
    actionable_hours: int = 14 * 24
