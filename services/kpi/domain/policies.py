"""What the business may set in this service, by name, with its default."""

from msgspec import Struct
from msgspec.structs import fields

from services.kpi.domain.catalogue import all_measures


def policies() -> dict[str, Struct]:
    """Return each policy's default by its name: `kpi.<measure>`, for measures that have limits at all."""
    return {f"kpi.{measure.id}": measure.limits for measure in all_measures() if fields(measure.limits)}
