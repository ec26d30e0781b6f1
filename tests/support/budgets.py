"""Time budgets: each group of tests has its minutes, on two cores; the test with which a group overruns fails."""

from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

MINUTES = {"unit": 4, "replay": 4, "architecture": 4, "integration": 8, "e2e": 8, "faults": 8}
"""By folder of tests/. Unit and replay share theirs."""
SHARED = {"replay": "unit", "architecture": "unit"}
TESTS = Path(__file__).resolve().parents[1]

_spent: defaultdict[str, float] = defaultdict(float)


def group_of(path: Path) -> str | None:
    """Return the budget that the test file `path` draws on; None: none of ours."""
    folder = path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else ""
    return SHARED.get(folder, folder) if folder in MINUTES else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count the phase's time; fixtures that a group is the first to need are on its account."""
    report = yield
    group = group_of(item.path)
    if group is None:
        return report
    _spent[group] += report.duration
    minutes = MINUTES[group]
    if report.passed and _spent[group] > minutes * 60:
        report.outcome = "failed"
        report.longrepr = f"the group {group} has overrun its {minutes} minutes: {_spent[group]:.0f} s"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what each group took."""
    said = [f"{group} {spent:.0f} of {MINUTES[group] * 60} s" for group, spent in sorted(_spent.items())]
    if said:
        terminalreporter.write_line(f"time by group: {', '.join(said)}")
