"""What the business may set in this service, by name, with its default."""

from msgspec import Struct

from services.points.domain.earning import Earning
from services.points.domain.redemption import Redemption


def policies() -> dict[str, Struct]:
    """Return each policy's default by its name."""
    return {"points.earning": Earning(), "points.redemption": Redemption()}
