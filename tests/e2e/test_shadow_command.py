"""`./keepline policy shadow` before the running rules."""

from pathlib import Path

import msgspec
import pytest

from services.warning.wiring import run_rules
from shared.settings import Settings
from tests.e2e.test_policies_command import USERS, Shell, issued
from tests.support.running import begin_now, running

pytestmark = pytest.mark.e2e


async def test_a_proposal_runs_in_shadow_and_is_stopped_from_the_command_line(
    settings: Settings, tmp_path: Path
) -> None:
    users = tmp_path / "users.json"
    users.write_bytes(msgspec.json.encode(USERS))
    async with issued(settings, users) as own:
        await begin_now(own, ["warning"])
        async with running(run_rules, own) as client:
            shell = Shell(own.model_copy(update={"addresses": {"warning": str(client.base_url)}}))
            change = ("--scope", "150000", "--set", "repeat_hours=24", "--why", "so")
            await shell.type("propose", "warning.porting", "--as", "pat", *change)
            started = await shell.type("shadow", "warning-1", "--as", "pat")
            again = await shell.type("shadow", "warning-1", "--as", "pat")
            told = await shell.type("shadow-report", "warning-1", "--as", "pam", "--json")
            stopped = await shell.type("shadow", "warning-1", "--as", "pam", "--stop")
    assert (started.code, "and runs" in started.out) == (0, True), started.err
    assert (again.code, "it ran in shadow already" in again.err) == (1, True)
    assert (msgspec.json.decode(told.out)["started_by"], told.code) == ("pat", 0)
    assert (stopped.code, "stopped by pam" in stopped.out) == (0, True), stopped.err
