"""What the business may set in this service, by name, with its default."""

from msgspec import Struct

from services.offers.domain.arbitration import Strategies
from services.offers.domain.catalogue import all_mechanisms


def policies() -> dict[str, Struct]:
    """Return each policy's default by its name; a mechanism's limits are `offers.<mechanism>`."""
    return {
        "offers.strategies": Strategies(),
        **{f"offers.{mechanism.id}": mechanism.limits for mechanism in all_mechanisms()},
    }
