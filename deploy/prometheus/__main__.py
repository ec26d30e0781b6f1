"""Write docs/metrics.md from shared/metrics.py and alerts.yml; a test says when it is another page than they make."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from shared.metrics import DEFINITIONS, Definition

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "metrics.md"
INTRODUCTION = """\
# Metrics and alerts

Made by `python -m deploy.prometheus` from `shared/metrics.py` and `deploy/prometheus/alerts.yml`; edit those.

Every process serves `/metrics`. Prometheus adds `role`, the process's name in `deploy/roster.py`. No label ever holds a
number, a customer or a member of staff.
"""


def page() -> str:
    """Return the page as it should be."""
    return "\n".join([INTRODUCTION, *_metrics(DEFINITIONS), "", *_alerts(alerts()), ""])


def alerts() -> list[dict[str, Any]]:
    """Return the alert rules in the order of their file."""
    groups = yaml.safe_load((HERE / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _metrics(definitions: Iterable[Definition]) -> Iterator[str]:
    yield "## Metrics\n"
    yield "| metric | kind | labels | what it says | when it looks wrong |"
    yield "| --- | --- | --- | --- | --- |"
    for each in definitions:
        labels = ", ".join(f"`{label}`" for label in each.labels)
        yield f"| `{each.name}` | {each.kind} | {labels} | {each.says} | {each.act} |"


def _alerts(rules: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield "## Alerts\n"
    yield "`page` wakes a person; `ticket` waits for the morning.\n"
    yield "| alert | severity | holds for | means | what to do |"
    yield "| --- | --- | --- | --- | --- |"
    for rule in rules:
        told, severity = rule["annotations"], rule["labels"]["severity"]
        means, holds = _readable(told["summary"]), rule.get("for", "at once")
        yield f"| {rule['alert']} | {severity} | {holds} | {means} | {told['action']} |"


def _readable(template: str) -> str:
    """Return an alert's text with its labels in italics and its figure as `N`."""
    return re.sub(r"\{\{ \$value.*?\}\}", "N", re.sub(r"\{\{ \$labels\.(\w+) \}\}", r"*\1*", template))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
