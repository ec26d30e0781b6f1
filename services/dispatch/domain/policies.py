"""What the business may set in this service, by name, with its default."""

from msgspec import Struct

from services.dispatch.domain.decide import Caps, Repeats
from services.dispatch.domain.holdout import Holdout
from services.dispatch.domain.leases import Leases
from services.dispatch.domain.texts import Texts
from services.dispatch.domain.tiers import Tiers


def policies() -> dict[str, Struct]:
    """Return each policy's default by its name."""
    return {
        "dispatch.tiers": Tiers(),
        "dispatch.repeats": Repeats(),
        "dispatch.caps": Caps(),
        "dispatch.holdout": Holdout(),
        "dispatch.leases": Leases(),
        "dispatch.texts": Texts(),
    }
