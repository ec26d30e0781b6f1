"""`python -m services.kpi` runs the KPI service; `... recount [--json]` counts the archive afresh and compares."""

import asyncio
import sys

import msgspec

from services.kpi.wiring import recount, run
from shared.process import main
from shared.settings import Settings


def recounted(*, as_json: bool) -> int:
    """Print what the recount found; 0: nothing differs."""
    found = asyncio.run(recount(Settings()))
    if as_json:
        print(msgspec.json.encode({"differences": [msgspec.to_builtins(each) for each in found]}).decode())
    for each in found if not as_json else ():
        print(
            f"{each.measure} {each.cell.month} {each.cell.region} {each.cell.staff_id or '(queue)'} {each.cell.factor}:"
            f" kept {each.kept}, recounted {each.recounted}"
        )
    if not as_json:
        print(f"{len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(recounted(as_json="--json" in arguments) if "recount" in arguments else main(run))
