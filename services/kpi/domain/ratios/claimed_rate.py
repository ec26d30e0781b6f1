"""What callers say: retained results among worked items."""

from services.kpi.domain.measure import Ratio

RATIO = Ratio(
    id="claimed_rate",
    requirement="K1",
    says="contacts reported as retained, over work items worked",
    dividend=("retained",),
    divisor=("worked",),
)
