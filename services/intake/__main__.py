"""`python -m services.intake door` serves HTTP."""

import sys

from services.intake.wiring import run_door
from shared.process import main

PARTS = {"door": run_door}

if __name__ == "__main__":
    part = sys.argv[1] if len(sys.argv) > 1 else "door"
    if part not in PARTS:
        sys.exit(f"could not run {part}: the parts are {', '.join(PARTS)}")
    sys.exit(main(PARTS[part]))
