"""What the business may set in this service, by name, with its default."""

from msgspec import Struct

from services.intake.domain.feeds import Limits


def policies() -> dict[str, Struct]:
    """Return each policy's default by its name."""
    return {"intake.feeds": Limits()}
