"""`python -m services.warning rules`: the rules. `python -m services.warning sieve`: the sieve over raw CDRs."""

import sys

from services.warning.wiring import run_rules, run_sieve
from shared.process import main

PARTS = {"rules": run_rules, "sieve": run_sieve}

if __name__ == "__main__":
    part = sys.argv[1] if len(sys.argv) > 1 else "rules"
    if part not in PARTS:
        sys.exit(f"could not run {part}: the parts are {', '.join(PARTS)}")
    sys.exit(main(PARTS[part]))
