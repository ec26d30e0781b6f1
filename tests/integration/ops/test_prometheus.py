"""Prometheus reads every process, and every alert is tried and says what to do."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from deploy.prometheus.__main__ import PAGE, alerts, page
from deploy.roster import ROLES
from tests.integration.ops.asked import PROMETHEUS, unknown

ALERTS = alerts()


def promtool(*arguments: str) -> None:
    """Run promtool; it says itself what is wrong."""
    program = shutil.which("promtool")
    if not program:
        pytest.skip("needs promtool: Debian's package prometheus has it")
    done = subprocess.run([program, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_takes_the_configuration_and_the_rules() -> None:
    promtool("check", "config", "prometheus.yml")


def test_alerts_fire_and_keep_quiet_when_they_should() -> None:
    promtool("test", "rules", "alerts_test.yml")


def test_every_role_is_scraped_under_its_name() -> None:
    (job,) = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    scraped = {each["labels"]["role"]: each["targets"] for each in job["static_configs"]}
    assert scraped == {role.name: [f"{role.name}:8000"] for role in ROLES}
    assert job["job_name"] == "keepline"


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_metrics_that_exist_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert not unknown(rule["expr"])
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "action"}


def test_every_alert_was_seen_to_fire() -> None:
    tried = (PROMETHEUS / "alerts_test.yml").read_text()
    fired = set(re.findall(r'labels: \'\{alertname="(\w+)"', tried))
    assert fired == {rule["alert"] for rule in ALERTS}


def test_the_page_of_metrics_is_what_the_code_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m deploy.prometheus`"
