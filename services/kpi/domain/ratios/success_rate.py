"""What came of it: saves still true among all warnings that were not left alone on purpose."""

from services.kpi.domain.measure import Ratio

RATIO = Ratio(
    id="success_rate",
    requirement="K1",
    says="saves still true after the policy period, over warnings of the target population not held out",
    dividend=("saved",),
    divisor=("warned",),
    less=("held_out",),
)
