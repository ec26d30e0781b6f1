"""What the services of a test wrote to their logs."""

import json
from typing import Any


def logged(output: str, event: str) -> list[dict[str, Any]]:
    """Return the log lines about `event` in what a test printed; `capsys.readouterr().out` is that."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]
