"""Sums of measures, and the ratios of those sums."""

from collections.abc import Mapping, Sequence

from services.kpi.domain.measure import Ratio


def rates(sums: Mapping[str, int], ratios: Sequence[Ratio]) -> dict[str, float | None]:
    """Return each ratio of `sums`, to four places; None: nothing to divide by."""
    return {ratio.id: _rate(sums, ratio) for ratio in ratios}


def _rate(sums: Mapping[str, int], ratio: Ratio) -> float | None:
    dividend = sum(sums.get(measure, 0) for measure in ratio.dividend)
    divisor = sum(sums.get(m, 0) for m in ratio.divisor) - sum(sums.get(m, 0) for m in ratio.less)
    return round(dividend / divisor, 4) if divisor > 0 else None
